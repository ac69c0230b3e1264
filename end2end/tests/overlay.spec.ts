import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { centre, difference, frameOf, result, rows } from "../marker";
import { exportOf, readyGame, readyReel, startExport } from "../steps";
import { writeFileSync } from "node:fs";
import type { APIRequestContext, Locator, Page, TestInfo } from "@playwright/test";

const RATE = 30;

async function opened(page: Page, request: APIRequestContext, name: string): Promise<string> {
  const recording = makeGame({ name: "moving", seconds: 9, size: "1280x720", moving: true });
  const game = await readyGame(request, name, recording.path);
  const reel = await readyReel(request, game, [1, 7]);
  await gotoHydrated(page, `/reels/${reel}?step=overlay`);
  await expect.poll(async () => (await result(page).catch(() => undefined))?.width).toBe(1080);
  await expect(page.locator(".transport__clock")).toHaveText("0:00.00");
  return reel;
}

const framingOf = async (request: APIRequestContext, reel: string) => (await (await request.get(`/api/reels/${reel}`)).json()).clips[0].framing;

async function exported(request: APIRequestContext, reel: string, info: TestInfo): Promise<string> {
  const id = await startExport(request, reel);
  await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 120_000 }).toBe("complete");
  const file = info.outputPath("reel.mp4");
  writeFileSync(file, await (await request.get(`/media/renditions/${(await exportOf(request, id)).rendition}`)).body());
  return file;
}

async function drag(page: Page, box: Locator, dx: number, dy: number): Promise<void> {
  const at = (await box.boundingBox())!;
  const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2);
  await page.mouse.move(x + dx, y + dy);
  await page.mouse.up();
}

/** A key of the player: what has the focus keeps its own arrows. */
async function playheadBy(page: Page, key: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press(key);
}

const secondOn = (page: Page) => playheadBy(page, "Shift+ArrowRight");

test("a spotlight is put on a player and follows; the export has it where the preview shows it", async ({ page, request }, info) => {
  test.setTimeout(180_000);
  const reel = await opened(page, request, "Spotlit");
  await page.keyboard.press("e");
  const box = page.getByTestId("spot-box");
  await expect(box).toBeVisible();
  const spots = async () => (await framingOf(request, reel)).spotlights ?? [];
  await expect.poll(async () => (await spots()).map((spot: { start: number; end: number }) => [spot.start, spot.end])).toEqual([[1e6, 3e6]]);

  const panel = page.getByRole("complementary", { name: "Selected highlight" });
  await panel.getByRole("radio", { name: "Colour fill" }).click();
  await panel.getByRole("radio", { name: "Yellow" }).click();
  await panel.getByRole("slider", { name: "Strength" }).press("End");
  const [first] = (await spots())[0].keys;
  await drag(page, box, -40, 60);
  await expect.poll(async () => (await spots())[0].keys[0].x).toBeLessThan(first.x);
  expect((await spots())[0].keys).toHaveLength(1);
  // A second on it is dragged again: a keyframe, and it travels.
  await secondOn(page);
  await expect(page.locator(".transport__clock")).toHaveText("0:01.00");
  await drag(page, box, 60, -30);
  await expect.poll(async () => (await spots())[0].keys.length).toBe(2);
  await drag(page, box.getByRole("button", { name: "Wider or narrower, from the right" }), 25, 0);
  await expect.poll(async () => (await spots())[0].keys[1].rx).toBeGreaterThan(first.rx);
  const keys = (await spots())[0].keys;
  expect(keys[1].ry).toBe(keys[0].ry);
  await expect(page.getByRole("button", { name: /^Spotlight at/ })).toHaveCount(2);

  const file = await exported(request, reel, info);
  const isYellow = (red: number, green: number, blue: number) => red > 220 && green > 180 && blue < 130;
  for (const frame of [12, 15, 24, 30, 38, 45]) {
    await page.locator("video").first().evaluate(async (element: HTMLVideoElement, seconds) => {
      const seeked = new Promise((done) => element.addEventListener("seeked", done, { once: true }));
      element.currentTime = seconds;
      await seeked;
    }, 1 + (frame + 0.5) / RATE);
    const there = centre(frameOf(file, frame, 1080, 1920), isYellow);
    await expect
      .poll(async () => {
        const here = centre(await result(page), isYellow);
        return Math.hypot(here.x - there.x, here.y - there.y);
      }, { message: `frame ${frame}` })
      .toBeLessThan(1);
  }

  // Undone to the beginning, and done again.
  for (let n = 0; n < 12; n++) await page.keyboard.press("Control+z");
  await expect.poll(spots).toEqual([]);
  await expect(box).toHaveCount(0);
  for (let n = 0; n < 12; n++) await page.keyboard.press("Control+Shift+z");
  await expect.poll(async () => (await spots())[0]?.keys.length).toBe(2);

  // A keyframe is moved in time, by a key and by the mouse; its place stays.
  const [start, second] = [page.getByRole("button", { name: /^Spotlight at/ }).first(), page.getByRole("button", { name: /^Spotlight at/ }).nth(1)];
  const when = async () => (await spots())[0].keys.map((key: { at: number }) => Math.round((key.at * RATE) / 1e6));
  await second.press("ArrowLeft");
  await expect.poll(when).toEqual([30, 59]);
  const [from, to] = [(await second.boundingBox())!, (await start.boundingBox())!];
  const middle = (box: { x: number; width: number }) => box.x + box.width / 2;
  await page.mouse.move(middle(from), from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move((middle(from) + middle(to)) / 2, from.y + from.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Math.abs((await when())[1] - 45)).toBeLessThan(4);
  expect((await spots())[0].keys[1].x).toBe(keys[1].x);
  await playheadBy(page, "Control+z");
  await expect.poll(when).toEqual([30, 59]);
});

test("a text is in the preview as it is in the export", async ({ page, request }, info) => {
  test.setTimeout(180_000);
  const reel = await opened(page, request, "Titled");
  await page.keyboard.press("t");
  const panel = page.getByRole("complementary", { name: "Selected highlight" });
  await panel.getByRole("textbox", { name: "Text" }).fill("Goal of the month");
  await page.getByRole("button", { name: "Lower third" }).click();
  await expect(page.locator(".toast")).toContainText("There is one here already");
  await playheadBy(page, "ArrowRight");
  await page.getByRole("button", { name: "Lower third" }).click();
  await panel.getByRole("textbox", { name: "Text" }).fill("Ilse Brandt");
  await panel.getByLabel("Line below").fill("No. 10, Northfield");
  await expect.poll(async () => (await framingOf(request, reel)).cards?.map((card: { text: string; line?: string }) => [card.text, card.line])).toEqual([
    ["Goal of the month", undefined],
    ["Ilse Brandt", "No. 10, Northfield"],
  ]);

  const file = await exported(request, reel, info);
  const plain = frameOf(file, 80, 1080, 1920);
  for (const frame of [30, 160]) {
    await page.locator("video").first().evaluate(async (element: HTMLVideoElement, seconds) => {
      const seeked = new Promise((done) => element.addEventListener("seeked", done, { once: true }));
      element.currentTime = seconds;
      await seeked;
    }, 1 + (frame + 0.5) / RATE);
    const there = frameOf(file, frame, 1080, 1920);
    expect(difference(there, plain), "a text changes the picture").toBeGreaterThan(3);
    await expect.poll(async () => difference(await result(page), there), { message: `frame ${frame}` }).toBeLessThan(3);
    // In the rows of the text alone, too.
    const band = frame === 30 ? [800, 1120] : [1300, 1700];
    expect(difference(rows(await result(page), band[0], band[1]), rows(there, band[0], band[1]))).toBeLessThan(3);
  }
});

test("a highlight is moved, shortened and deleted with keys alone", async ({ page, request }) => {
  const reel = await opened(page, request, "Keyed spot");
  await page.keyboard.press("e");
  const spots = async () => (await framingOf(request, reel)).spotlights ?? [];
  await expect.poll(async () => (await spots()).length).toBe(1);
  const region = page.getByRole("button", { name: /^Brighten from/ });
  await region.focus();
  for (let n = 0; n < 15; n++) await page.keyboard.press("ArrowRight");
  for (let n = 0; n < 15; n++) await page.keyboard.press("Shift+ArrowLeft");
  await expect.poll(async () => (await spots()).map((it: { start: number; end: number }) => [it.start, it.end])).toEqual([[1.5e6, 3e6]]);
  const box = page.getByTestId("spot-box");
  await secondOn(page);
  await box.focus();
  const before = (await spots())[0].keys[0];
  await page.keyboard.press("Shift+ArrowDown");
  await expect.poll(async () => (await spots())[0].keys.at(-1).y).toBe(before.y + 10_000);
  await page.getByRole("button", { name: "Turn the spotlight" }).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(async () => (await spots())[0].keys.at(-1).angle).toBe(10_000);
  await page.keyboard.press("Delete");
  await expect.poll(spots).toEqual([]);
});

test("what was chosen stays what it was when another comes and goes in front of it; a drag past the end and back is none", async ({ page, request }) => {
  const reel = await opened(page, request, "Chosen");
  const spots = async () => (await framingOf(request, reel)).spotlights ?? [];
  const panel = page.getByRole("complementary", { name: "Selected highlight" });
  for (let n = 0; n < 4; n++) await secondOn(page);
  await page.keyboard.press("e");
  await panel.getByRole("radio", { name: "Ground ring" }).click();
  await expect.poll(async () => (await spots()).map((it: { style: string }) => it.style)).toEqual(["ring"]);
  for (let n = 0; n < 4; n++) await playheadBy(page, "Shift+ArrowLeft");
  await page.keyboard.press("e");
  await expect.poll(async () => (await spots()).map((it: { style: string }) => it.style)).toEqual(["brighten", "ring"]);
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await spots()).length).toBe(1);
  await expect(panel, "the one that was chosen is gone").toContainText("Nothing is chosen");
  await page.keyboard.press("Delete");
  await expect(page.getByRole("button", { name: /^Ground ring from/ })).toHaveCount(1);

  const region = page.getByRole("button", { name: /^Ground ring from/ });
  await region.click();
  const at = (await region.boundingBox())!;
  const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
  const lane = (await page.locator(".lane--regions").first().boundingBox())!;
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const to of [lane.x + lane.width - 5, lane.x + 5, lane.x + lane.width - 5, x]) await page.mouse.move(to, y, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator(".save-state")).toHaveText("Saved");
  expect((await spots()).map((it: { start: number; end: number }) => [it.start, it.end])).toEqual([[5e6, 7e6]]);
});

test("a spotlight that lies on a player follows them, and says where they were lost", async ({ page, request }) => {
  test.setTimeout(120_000);
  const recording = makeGame({ name: "moving", seconds: 9, size: "1280x720", moving: true });
  const reel = await opened(page, request, "Followed");
  await page.keyboard.press("e");
  const panel = page.getByRole("complementary", { name: "Selected highlight" });
  const spots = async () => (await framingOf(request, reel)).spotlights ?? [];
  // The square goes from the left to the right, 26 pixels in a second.
  const middle = (at: number) => recording.marker.x + recording.marker.size / 2 + (at / 1e6) * 26;
  const down = recording.marker.y + recording.marker.size / 2;
  for (const [field, value] of [["Across", Math.round(middle(1e6))], ["Down", down], ["Width", 56], ["Height", 56]] as const) {
    await panel.getByRole("textbox", { name: field }).fill(String(value));
    await panel.getByRole("textbox", { name: field }).press("Enter");
  }
  await panel.getByRole("textbox", { name: "Out" }).fill("0:05.00");
  await panel.getByRole("textbox", { name: "Out" }).press("Enter");
  await expect.poll(async () => (await spots())[0].end).toBe(6e6);
  // Given up on the way, it stays as it is.
  await page.route("**/reels/follow", () => undefined);
  const givenUp = page.waitForEvent("requestfailed");
  await panel.getByRole("button", { name: "Follow the player from here" }).press("Enter");
  await expect(panel.getByRole("button", { name: "Stop following" })).toBeFocused();
  await page.keyboard.press("Enter");
  expect((await givenUp).url()).toContain("/reels/follow");
  await page.unroute("**/reels/follow");
  await expect(page.getByTestId("spot-path")).toHaveCount(0);

  await panel.getByRole("button", { name: "Follow the player from here" }).click();
  await expect.poll(async () => (await spots())[0].keys.length, { timeout: 30_000 }).toBeGreaterThan(1);
  // Its way is drawn: a point for each keyframe.
  const ways = page.getByTestId("spot-path").locator("path");
  await expect.poll(async () => (await ways.last().getAttribute("d"))?.split("M").length).toBe((await spots())[0].keys.length + 1);
  const { keys } = (await spots())[0];
  expect(keys.at(-1).at).toBeGreaterThan(5.9e6);
  for (const key of keys) {
    expect(Math.abs(key.x / 1e3 - middle(key.at)), `at ${key.at}`).toBeLessThan(3);
    expect(Math.abs(key.y / 1e3 - down), `at ${key.at}`).toBeLessThan(3);
  }
  // The crop goes with them, in one step.
  await panel.getByRole("button", { name: "Keep this player in frame" }).click();
  await expect.poll(async () => (await framingOf(request, reel)).crop.length).toBeGreaterThan(1);
  for (const key of (await framingOf(request, reel)).crop.filter((it: { at: number }) => it.at <= 6e6)) {
    expect(Math.abs(key.x / 1e3 - middle(key.at)), `the crop at ${key.at}`).toBeLessThan(20);
  }
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await framingOf(request, reel)).crop).toEqual([]);
  // One step of undo.
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await spots())[0].keys.length).toBe(1);

  // A plain surface is nobody.
  await page.keyboard.press("Control+Shift+z");
  const answer = await request.post(`/api/reel-clips/${(await (await request.get(`/api/reels/${reel}`)).json()).clips[0].id}/follow`, {
    data: { at: 1e6, until: 2e6, x: -90e6, y: 0, rx: 20e3, ry: 20e3 },
  });
  expect(await answer.json()).toMatchObject({ keys: [], lost: 1e6 });
});
