import { readFileSync } from "node:fs";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { markerInFile, markerInResult, probe } from "../marker";
import { addGame } from "../steps";

// The whole main job, as a new user does it: a real match, two marks, a reel, its framing, its export, its file.
test("from a recording to a reel in the gallery", async ({ page }) => {
  test.setTimeout(240_000);
  const game = makeGame({ seconds: 30, size: "1920x1080", rate: 30 });
  const calls: string[] = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (path.startsWith("/_fn/")) calls.push(path.slice("/_fn/".length));
  });

  await addGame(page, "Rovers", game.path);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Vs Rovers");

  // Marks at once, whether or not the upload is done.
  const video = page.locator("video").first();
  await expect.poll(() => video.evaluate((v: HTMLVideoElement) => v.readyState)).toBeGreaterThan(1);
  const time = page.locator(".transport__time .time").first();
  for (let second = 0; second < 4; second++) await page.keyboard.press("Shift+ArrowRight");
  await expect(time).toHaveText("0:04.00");
  await page.keyboard.press("i");
  for (let second = 4; second < 7; second++) await page.keyboard.press("Shift+ArrowRight");
  await expect(time).toHaveText("0:07.00");
  await page.keyboard.press("n");
  const row = page.getByRole("option").filter({ hasText: "Interesting" });
  await expect(row).toHaveCount(1);
  await page.keyboard.press("4");
  await page.getByRole("button", { name: "Goal", exact: true }).click();
  await expect(page.getByRole("option")).toContainText("Good Goal");
  await expect(page.locator(".save-state")).toContainText("Saved");

  // The status bar tells the upload's truth until the video is ready; then the stored file plays.
  await expect.poll(async () => {
    const state = await (await page.request.get(`/api/games/${page.url().split("/").pop()}`)).json();
    return state.videos[0].state;
  }, { timeout: 60_000 }).toBe("ready");
  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await expect(page.getByRole("option")).toContainText("Good Goal");
  expect(calls).toEqual(expect.arrayContaining(["games/create", "uploads/create", "uploads/sign", "uploads/complete", "clips/create", "clips/update"]));

  // A reel of the clip.
  await page.getByRole("link", { name: "Make reel" }).click();
  await page.waitForURL(/\/reels\/new/);
  await page.getByRole("button", { name: "Select all" }).click();
  await page.getByRole("button", { name: /^Create reel with 1 clip$/ }).click();
  await page.waitForURL(/\/reels\/[0-9a-f-]{36}\?step=framing/);

  // Moves the crop over the marker; the result follows.
  const crop = page.getByTestId("crop-box");
  await expect(crop).toBeVisible();
  const box = (await crop.boundingBox())!;
  const stage = (await page.locator(".stage .frame").first().boundingBox())!;
  const wanted = stage.x + ((game.marker.x + game.marker.size / 2 + 40) / game.width) * stage.width;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(wanted, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await expect(page.locator(".save-state")).toContainText("Saved");
  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await expect.poll(async () => (await markerInResult(page).catch(() => undefined))?.width).toBe(1080);
  const shown = await markerInResult(page);

  // Exports it, through a reload in the middle, and downloads the file.
  await page.goto(page.url().replace("step=framing", "step=export"));
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Export reel" }).click();
  await expect(page.getByTestId("export-status")).toBeVisible();
  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await expect(page.getByTestId("export-status")).toHaveAttribute("data-state", "complete", { timeout: 120_000 });
  expect(calls).toContain("exports/batch");

  await gotoHydrated(page, "/gallery");
  const card = page.locator("article, li").filter({ hasText: "Rovers" }).first();
  await expect(card).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    card.getByRole("link", { name: /download/i }).first().click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/Rovers.*\.mp4$/);
  const file = await download.path();
  expect(readFileSync(file).length).toBeGreaterThan(10_000);

  // 3 s at 30 frames a second, in the shape of a phone, with sound as long as the picture.
  const facts = probe(file);
  expect(facts).toMatchObject({ width: 1080, height: 1920, frames: 90, rate: "30/1" });
  expect(Math.abs(facts.seconds - 3)).toBeLessThan(0.001);
  expect(Math.abs(facts.soundSeconds - 3)).toBeLessThan(0.05);

  // The picture is where the preview showed it.
  const exported = markerInFile(file, 0, 1080, 1920);
  expect(Math.abs(exported.x - shown.x)).toBeLessThan(2);
  expect(Math.abs(exported.y - shown.y)).toBeLessThan(2);

  // The picture of the README: `TOUCHLINE_DOCS=1 make e2e ARGS=tests/journey.spec.ts`.
  if (process.env.TOUCHLINE_DOCS) {
    await page.emulateMedia({ colorScheme: "dark" });
    await gotoHydrated(page, "/");
    await page.screenshot({ path: "../docs/library.png" });
  }
});
