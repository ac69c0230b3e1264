import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { Server } from "../server";
import { readyGame } from "../steps";

test("one box finds games, clips, tags, players and notes, and leads to the moment", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Wanderers", recording.path);
  const clip = { video: game.video, start: 30e6, end: 40e6, rating: 5, tags: ["Tackle"], players: "#11 Zoë Quince", notes: "Slides in from behind" };
  const made = await (await request.post("/api/clips", { data: clip })).json();
  await gotoHydrated(page, "/");
  const found = page.getByRole("region", { name: "Clips" });
  for (const words of ["zoe quince", "SLIDES behind", "tackle wanderers"]) {
    await page.keyboard.press("/");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(words);
    await page.keyboard.press("Enter");
    await expect(found.getByRole("article").filter({ hasText: "Vs Wanderers" }), words).toHaveCount(1);
    // Nothing of it is there before the next is asked for.
    await page.keyboard.press("/");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("nobody says this");
    await page.keyboard.press("Enter");
    await expect(found).toHaveCount(0);
  }
  await page.keyboard.press("/");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("wanderers");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Vs Wanderers Nov 14" }).first()).toBeVisible();
  await expect(found).toHaveCount(0);

  await gotoHydrated(page, "/?q=quince");
  await found.getByRole("link", { name: /Brilliant Tackle/ }).click();
  await page.waitForURL(`/games/${game.id}?clip=${made.id}`);
  await expect(page.getByLabel("Notes")).toHaveValue("Slides in from behind");
  await expect(page.locator(".transport__clock")).toHaveText("0:30.00");
});

test("a mouse over a game's card looks through the game", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Hovered", recording.path);
  await expect.poll(async () => (await (await request.get(`/api/games/${game.id}`)).json()).videos[0].sprites_url, { timeout: 30_000 }).toBeTruthy();
  await gotoHydrated(page, "/");
  const card = page.locator(".card--game").filter({ hasText: "Vs Hovered" });
  const box = (await card.boundingBox())!;
  const place = async (part: number) => {
    await page.mouse.move(box.x + box.width * part, box.y + 60);
    return card.locator(".film__picture").evaluate((it) => getComputedStyle(it).backgroundPosition);
  };
  const first = await place(0.1);
  expect(await place(0.9)).not.toBe(first);
  await page.mouse.move(2, 2);
  await expect(card.locator(".film__picture")).toHaveCount(0);
});

test("keys are changed, exchanged and switched off", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Keyed", recording.path);
  const rows = page.locator(".clip-row");
  await gotoHydrated(page, "/settings");
  await page.getByText("Change keys").click();
  await page.getByRole("button", { name: /^N: New clip/ }).click();
  await page.keyboard.press("k");
  await expect(page.getByRole("button", { name: /^K: New clip/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^N: Pause/ })).toBeVisible();

  await gotoHydrated(page, `/games/${game.id}`);
  for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("n");
  await page.keyboard.press("k");
  await expect(rows).toHaveCount(1);
  await page.keyboard.press("Shift+?");
  await expect(page.getByRole("dialog")).toContainText("New clip");
  await expect(page.getByRole("dialog").locator("dt").filter({ hasText: /^K$/ })).toHaveCount(1);
  await page.keyboard.press("Escape");

  await gotoHydrated(page, "/settings");
  await page.getByRole("switch", { name: "Letters and digits alone do something" }).click();
  await gotoHydrated(page, `/games/${game.id}`);
  await expect(rows).toHaveCount(1);
  await page.keyboard.press("k");
  await page.keyboard.press("g");
  // The clip lies before or behind where the playhead was remembered.
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("form", { name: "Selected clip" })).toBeVisible();
  await expect(rows, "letters do nothing, arrows do").toHaveCount(1);

  await gotoHydrated(page, "/settings");
  await page.getByRole("switch", { name: "Letters and digits alone do something" }).click();
  await page.getByText("Change keys").click();
  await page.getByRole("button", { name: "Keys as they were" }).click();
  await expect(page.getByRole("button", { name: /^N: New clip/ })).toBeVisible();
});

test("a newcomer without a recording tries everything with a sample game", async ({ page }) => {
  const server = await Server.start();
  try {
    await gotoHydrated(page, server.url);
    await page.getByRole("button", { name: "Try with a sample game" }).click();
    await page.waitForURL(/\/games\/[0-9a-f-]{36}$/, { timeout: 40_000 });
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Sample Rovers");
    await expect(page.locator(".clip-row")).toHaveCount(4);
    const video = page.locator("video").first();
    await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.readyState), { timeout: 20_000 }).toBeGreaterThan(1);
    await page.locator(".clip-row").nth(1).click();
    await expect(page.getByLabel("Notes")).toHaveValue("Past two, low into the corner");
    await page.keyboard.press("Space");
    await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.currentTime)).toBeGreaterThan(8.5);
    // Its brilliant clip has made a reel, ready to be framed and exported.
    await gotoHydrated(page, `${server.url}/?tab=reels`);
    await expect(page.getByRole("link", { name: /Sample Rovers/ }).first()).toBeVisible();
  } finally {
    await server.remove();
  }
});
