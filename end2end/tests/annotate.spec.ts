import type { APIRequestContext } from "@playwright/test";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { readyGame } from "../steps";

interface Clip {
  id: string;
  start: number;
  end: number;
  rating: number;
  tags: string[];
  name: string;
}

const clips = async (request: APIRequestContext, game: string): Promise<Clip[]> => (await request.get(`/api/games/${game}/clips`)).json();

test("twenty clips are marked, tagged and rated with keys alone", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Twenty", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  await expect.poll(() => page.locator("video").first().evaluate((it: HTMLVideoElement) => it.readyState)).toBeGreaterThan(1);
  const keys = ["KeyG", "KeyA", "KeyD", "KeyE"];
  for (let n = 0; n < 20; n++) {
    await page.keyboard.press("i");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("o");
    await expect(page.locator(".clip-row")).toHaveCount(n + 1);
    await page.keyboard.press(keys[n % 4]);
    await page.keyboard.press(`Digit${1 + (n % 5)}`);
    if (n === 7) {
      await page.keyboard.press("Enter");
      await page.keyboard.type("Through the middle");
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press("Shift+ArrowRight");
  }
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  const made = await clips(request, game.id);
  expect(made).toHaveLength(20);
  made.forEach((clip, n) => {
    expect(clip.end - clip.start, `clip ${n}`).toBe(1e6);
    expect(clip.tags).toEqual([["Goal", "Assist", "Dribble", "Tackle"][n % 4]]);
    expect(clip.rating).toBe(1 + (n % 5));
    expect(clip.name).toBe(n === 7 ? "Through the middle" : "");
  });
});

test("a tag's key marks around the moment; all of it is undone and done again, over a reload", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Undone", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  const rows = page.locator(".clip-row");
  for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("g");
  await expect(rows).toHaveCount(1);
  const first = async () => (await clips(request, game.id))[0];
  await expect.poll(async () => (await first())?.tags).toEqual(["Goal"]);
  expect(await first()).toMatchObject({ start: 12e6, end: 24e6, rating: 3 });

  await page.keyboard.press("Digit5");
  await page.keyboard.press("a");
  await page.getByLabel("Name").fill("Volley");
  await page.keyboard.press("Escape");
  // A time that is typed and not meant.
  await page.getByLabel("In", { exact: true }).fill("0:01");
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await first()).name).toBe("Volley");
  expect(await first()).toMatchObject({ rating: 5, tags: ["Goal", "Assist"] });

  // The page comes again, and what was done before it is undone all the same, newest first.
  await gotoHydrated(page, `/games/${game.id}`);
  const undo = page.getByRole("button", { name: "Undo" });
  await expect(undo).toBeEnabled();
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(async () => (await first()).name).toBe("");
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(async () => (await first()).tags).toEqual(["Goal"]);
  // Changed elsewhere meanwhile: an undo takes back its own part only.
  const now = (await (await request.get(`/api/clips/${(await first()).id}`)).json()) as Clip;
  expect((await request.put(`/api/clips/${now.id}`, { data: { ...now, notes: "Seen from the stand" } })).ok()).toBe(true);
  await expect(page.getByLabel("Notes")).toHaveValue("Seen from the stand");
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(async () => await first()).toMatchObject({ rating: 3, notes: "Seen from the stand" });
  await page.keyboard.press("ControlOrMeta+z");
  await expect(rows).toHaveCount(0);
  await expect.poll(async () => (await clips(request, game.id)).length).toBe(0);
  await expect(undo).toBeDisabled();
  for (let n = 0; n < 4; n++) await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect.poll(async () => await first()).toMatchObject({ id: now.id, rating: 5, tags: ["Goal", "Assist"], name: "Volley", notes: "Seen from the stand" });

  // Deleted, and brought back by the toast: that is an undo, too.
  await rows.first().click();
  await page.keyboard.press("Delete");
  await expect(rows).toHaveCount(0);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Redo" }).first()).toBeEnabled();
});

test("a clip that is dragged goes back to where it was taken up", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Dragged", recording.path);
  const clip = await (await request.post("/api/clips", { data: { video: game.video, start: 10e6, end: 20e6, name: "Pulled" } })).json();
  await gotoHydrated(page, `/games/${game.id}`);
  const bar = page.locator(".clip-bar").filter({ hasText: "Pulled" });
  const box = (await bar.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 80, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  const start = async () => (await (await request.get(`/api/clips/${clip.id}`)).json()).start as number;
  await expect.poll(start).toBeGreaterThan(12e6);
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(start).toBe(10e6);
  await expect(page.getByRole("button", { name: "Undo" })).toBeDisabled();
});

test("a game of another sport has its tags", async ({ page, request }) => {
  const details = { opponent: "Hoops", played_on: "2026-11-20", venue: "home", sport: "chess" };
  expect((await request.post("/api/games", { data: details })).status()).toBe(400);
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  await gotoHydrated(page, "/games/new");
  await page.locator('input[type="file"]').first().setInputFiles(recording.path);
  await page.getByLabel("Opponent").fill("Setters");
  await page.getByLabel("Sport").selectOption({ label: "Volleyball" });
  await page.getByRole("button", { name: "Add game" }).click();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  const added = await (await request.get(`/api/games/${page.url().split("/").pop()}`)).json();
  expect(added.details.sport).toBe("volleyball");
  // The next game is most likely of the same.
  await gotoHydrated(page, "/games/new");
  await expect(page.getByLabel("Sport").locator("option:checked")).toHaveText("Volleyball");

  // Its own tags, by its own keys.
  const hoops = await readyGame(request, "Dunkers", recording.path);
  const held = await (await request.get(`/api/games/${hoops.id}`)).json();
  const update = { version: held.version, details: { ...held.details, sport: "basketball" } };
  expect((await request.put(`/api/games/${hoops.id}`, { data: update })).ok()).toBe(true);
  await gotoHydrated(page, `/games/${hoops.id}`);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("h");
  await expect(page.getByRole("group", { name: "Tags" }).getByRole("button", { name: "Three Pointer", pressed: true })).toBeVisible();
});

test("clips come from a table, are looked at first, taken back together, and saved for another program", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Tabled", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  const rows = page.locator(".clip-row");
  await page.getByRole("button", { name: "Import or export clips" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("No clips yet");
  await dialog.getByLabel("Read clips from a text").fill("start_time,rating,tags,clip_name,clip_duration\n0:05,5,Goal,Volley,4\nsoon,3,,,2\n30,2,,\"Lost, again\",3\n");
  await dialog.getByRole("button", { name: "Look at it" }).click();
  await expect(dialog).toContainText("2 clips (CSV)");
  await expect(dialog).toContainText("Line 3: “soon” is no time");
  expect(await clips(request, game.id)).toEqual([]);
  await dialog.getByRole("button", { name: "Import 2 clips" }).click();
  await expect(dialog).toBeHidden();
  await expect(rows).toHaveCount(2);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(rows).toHaveCount(0);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await expect(rows).toHaveCount(2);

  // As a file of another program, from a file.
  await page.getByRole("button", { name: "Import or export clips" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: "LosslessCut" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^Vs Tabled .*\.llc$/);
  await dialog.locator('input[type="file"]').setInputFiles(await download.path());
  await expect(dialog).toContainText("2 clips, 2 of them here already (LosslessCut)");
  await expect(dialog.getByRole("button", { name: "Import 0 clips" })).toBeDisabled();
  // What a spreadsheet on Windows writes where a comma is a part of numbers.
  const buffer = Buffer.from("Start Time;Clip Name;Duration\n50,5;M\u00fcller;2\n", "latin1");
  await dialog.locator('input[type="file"]').setInputFiles({ name: "clips.csv", mimeType: "text/csv", buffer });
  await expect(dialog).toContainText("1 clip (CSV)");
  await expect(dialog).toContainText("Müller");
});

test("of many clips the page brings the first ones at once and the others right after; a link to the last one shows it", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Many", recording.path);
  const COUNT = 150;
  let last = "";
  for (let n = 0; n < COUNT; n++) {
    const data = { video: game.video, start: n * 300_000, end: n * 300_000 + 5_000_000, rating: 3, tags: [], notes: "", name: `Clip number ${n}` };
    const made = await request.post("/api/clips", { data });
    expect(made.ok(), await made.text()).toBe(true);
    last = (await made.json()).id;
  }
  // A browser without scripts has them all, too.
  const html = await (await request.get(`/games/${game.id}`)).text();
  expect(new Set(html.match(/"clip-row__name">Clip number \d+/g)).size).toBe(COUNT);
  await gotoHydrated(page, `/games/${game.id}?clip=${last}`);
  await expect(page.locator(".clip-row")).toHaveCount(COUNT);
  await expect(page.locator(".lane--clips .clip-bar")).toHaveCount(COUNT);
  const row = page.locator(".clip-row", { hasText: `Clip number ${COUNT - 1}` });
  await expect(row).toHaveAttribute("aria-selected", "true");
  await expect(row).toBeInViewport();
});
