import { expect, gotoHydrated, test } from "../fixtures";
import { centre, difference, frameOf, markerInResult, type Picture, probe, result } from "../marker";
import { exportOf, movingReel as aReel, startExport } from "../steps";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { APIRequestContext, Page, TestInfo } from "@playwright/test";

const RATE = 30;
const us = (frame: number) => Math.floor((frame * 1e6) / RATE);

async function open(page: Page, reel: string): Promise<void> {
  await gotoHydrated(page, `/reels/${reel}`);
  await expect.poll(async () => (await result(page).catch(() => undefined))?.width).toBe(1080);
  await expect(page.locator(".transport__clock")).toHaveText("0:00.00");
}

const clipOf = async (request: APIRequestContext, reel: string, at = 0) => (await (await request.get(`/api/reels/${reel}`)).json()).clips[at];
const segmentsOf = async (request: APIRequestContext, reel: string) =>
  (await clipOf(request, reel)).framing.segments.map((it: { start: number; end: number; speed: number; ramp_to?: number }) => [it.start / 1e6, it.end / 1e6, it.speed, it.ramp_to]);
const frame = async (request: APIRequestContext, reel: string, framing: object, at = 0) => {
  const { id, version } = await clipOf(request, reel, at);
  const saved = await request.put(`/api/reel-clips/${id}/framing`, { data: { version, framing } });
  expect(saved.ok(), await saved.text()).toBe(true);
};

/** A key of the page: what has the focus keeps its own. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (const key of keys) await page.keyboard.press(key);
}

async function exported(request: APIRequestContext, reel: string, info: TestInfo) {
  const id = await startExport(request, reel);
  await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 120_000 }).toBe("complete");
  const done = await exportOf(request, id);
  const file = info.outputPath("reel.mp4");
  writeFileSync(file, await (await request.get(`/media/renditions/${done.rendition}`)).body());
  return file;
}

const panelOf = (page: Page) => page.getByRole("complementary", { name: "Settings of this clip" });

test("a clip is split, a part of it cut out, another slowed down on the way, by keys; what plays is what the clock counts", async ({ page, request }, info) => {
  test.setTimeout(120_000);
  const reel = await aReel(request, "Segments");
  await open(page, reel);
  const [clock, length] = [page.locator(".transport__clock"), page.locator(".transport__time small")];
  await press(page, "Shift+ArrowRight", "s");
  await press(page, "Shift+ArrowRight", "s");
  await expect.poll(() => segmentsOf(request, reel)).toEqual([[1, 2, 100, undefined], [2, 3, 100, undefined], [3, 7, 100, undefined]]);
  await expect(panelOf(page)).toContainText("Segment 3 of 3");
  await press(page, "Shift+ArrowLeft");
  await expect(panelOf(page)).toContainText("Segment 2 of 3");
  await press(page, "Shift+Delete");
  await expect.poll(() => segmentsOf(request, reel)).toEqual([[1, 2, 100, undefined], [3, 7, 100, undefined]]);
  // The playhead is on what follows, a second after the start; one frame back is what came before.
  await expect(clock).toHaveText("0:01.00");
  await expect(length).toHaveText("/ 0:04.96");
  await press(page, ",");
  await expect(clock).toHaveText("0:00.96");
  await press(page, ".");
  await expect(clock).toHaveText("0:01.00");
  // Both edges of what was cut out are moved, by keys and by the mouse; closed, they are one border.
  const [cutFrom, cutTo] = [page.getByRole("slider", { name: "End of segment 1" }), page.getByRole("slider", { name: "Start of segment 2" })];
  const frames = async () => (await segmentsOf(request, reel)).map(([start, end]: [number, number]) => [start * RATE, end * RATE].map(Math.round));
  await cutFrom.press("ArrowLeft");
  await cutTo.press("Shift+ArrowLeft");
  await expect.poll(frames).toEqual([[30, 59], [80, 210]]);
  const edge = (await cutFrom.boundingBox())!;
  await page.mouse.move(edge.x + edge.width - 4, edge.y + edge.height / 2);
  await page.mouse.down();
  await page.mouse.move(edge.x + 40, edge.y + edge.height / 2, { steps: 3 });
  await page.mouse.move(edge.x + 600, edge.y + edge.height / 2, { steps: 3 });
  await page.mouse.up();
  await expect.poll(frames).toEqual([[30, 80], [80, 210]]);
  await expect(page.getByRole("slider", { name: "Border of segments 1 and 2" })).toBeVisible();
  // Keys open it again where they closed it.
  await cutFrom.press("ArrowLeft");
  await expect.poll(frames).toEqual([[30, 79], [80, 210]]);
  await press(page, "Control+z", "Control+z", "Control+z", "Control+z");
  await expect.poll(frames).toEqual([[30, 60], [90, 210]]);
  await press(page, "Shift+KeyI", "Shift+ArrowRight");
  await expect(panelOf(page)).toContainText("Segment 2 of 2");
  await panelOf(page).getByRole("radiogroup", { name: "Speed", exact: true }).getByRole("radio", { name: "0.5x" }).click();
  await expect(length).toHaveText("/ 0:08.93");
  await press(page, "Shift+KeyI");
  await expect(clock).toHaveText("0:00.00");
  await panelOf(page).getByRole("checkbox", { name: "Changes on the way" }).press("Space");
  await expect.poll(() => segmentsOf(request, reel)).toEqual([[1, 2, 100, 50], [3, 7, 50, undefined]]);
  await expect(page.locator(".clip-bar--segment")).toHaveText(["1x to 0.5x", "0.5x"]);

  // Played through, nothing of what was cut out is seen.
  const seen = page.locator(".stage video").first().evaluate(
    (video: HTMLVideoElement) =>
      new Promise<number[]>((done) => {
        const times: number[] = [];
        const look = (_: number, { mediaTime }: { mediaTime: number }) => {
          times.push(mediaTime);
          if (mediaTime > 3.5) done(times);
          else video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
      }),
  );
  await press(page, "Space");
  const times = await seen;
  await press(page, "Space");
  // A frame or two may come while the player goes on.
  expect(times.filter((time) => time > 2.2 && time < 2.99)).toEqual([]);
  expect(times.some((time) => time < 2)).toBe(true);

  const file = await exported(request, reel, info);
  expect(probe(file).frames).toBe(40 + 240);

  for (let n = 0; n < 8; n++) await press(page, "Control+z");
  await expect.poll(() => segmentsOf(request, reel)).toEqual([]);
});

test("while it plays the live result shows each frame with the crop of that frame, at the size that is seen", async ({ page, request }) => {
  const reel = await aReel(request, "Playing");
  // The picture is straightened, and the crop goes with the marker: where picture and crop part, it leaves the middle.
  const straighten = 3_000;
  const [sin, cos] = [Math.sin((3 * Math.PI) / 180), Math.cos((3 * Math.PI) / 180)];
  const zoom = cos + (sin * 1280) / 720;
  const key = (frame: number) => {
    const [x, y] = [384 + 20 + (26 * frame) / RATE - 640, 288 + 20 - 360];
    return { at: us(frame), x: Math.round((640 + (cos * x - sin * y) * zoom) * 1e3), y: Math.round((360 + (sin * x + cos * y) * zoom) * 1e3), h: 240_000, ease: "linear" };
  };
  await frame(request, reel, { straighten, crop: [key(30), key(209)] });
  // Where the result is large.
  await gotoHydrated(page, `/reels/${reel}?step=overlay`);
  await expect.poll(async () => (await markerInResult(page).catch(() => undefined))?.width).toBe(1080);
  // From before it plays until it rests at the end of the clip: in no picture of the screen the canvas is empty.
  const seen = page.getByTestId("result").evaluate(
    (canvas: HTMLCanvasElement) =>
      new Promise<{ all: { width: number; off: number; paused: boolean }[]; cuts: number }>((done) => {
        const video = document.querySelector(".stage video") as HTMLVideoElement;
        const all: { width: number; off: number; paused: boolean }[] = [];
        const context = canvas.getContext("2d")!;
        const draw = context.drawImage;
        let cuts = 0;
        context.drawImage = (...given: unknown[]) => {
          if (given[0] instanceof ImageBitmap) cuts++;
          return Reflect.apply(draw, context, given);
        };
        let resting = 0;
        const look = () => {
          const { width, height } = canvas;
          const { data } = context.getImageData(0, 0, width, height);
          let [count, x] = [0, 0];
          for (let at = 0; at < width * height; at++) {
            if (data[at * 4] > 180 && data[at * 4 + 1] < 110 && data[at * 4 + 2] > 180) [count, x] = [count + 1, x + (at % width)];
          }
          // How far right of the middle, in pixels of the recording; NaN where the marker is not seen.
          all.push({ width, off: ((x / count - width / 2) / height) * 240, paused: video.paused });
          resting = cuts > 0 && video.paused && !video.seeking ? resting + 1 : 0;
          if (resting > 10) done({ all, cuts });
          else requestAnimationFrame(look);
        };
        // The faster it plays the farther apart frames are: the marker goes on by nearly two pixels between two pictures of the screen.
        video.addEventListener("playing", () => (video.playbackRate = 4), { once: true });
        look();
      }),
  );
  await press(page, "Space");
  const { all, cuts } = await seen;
  const playing = all.filter(({ paused }) => !paused);
  expect(playing.length).toBeGreaterThan(5);
  expect(Math.max(...playing.slice(2).map(({ width }) => width))).toBeLessThan(700);
  // ffmpeg draws the marker at even pixels: up to two of them before its place. The crop of a neighbouring frame is two farther away.
  expect(Math.min(...all.map(({ off }) => off))).toBeGreaterThan(-2.9);
  expect(Math.max(...all.map(({ off }) => off))).toBeLessThan(0.4);
  expect(all.at(-1)!.width).toBe(1080);
  // The work was done beside the page, and is over with it.
  expect(cuts).toBeGreaterThan(5);
  expect(page.workers().map((it) => new URL(it.url()).pathname)).toEqual(["/cutter.js"]);
  // It is asked for anew after an update: it belongs to the WASM of one version.
  expect((await request.get("/cutter.js")).headers()["cache-control"]).toBe("no-cache");
  await page.getByRole("link", { name: "Back to library" }).click();
  await expect(page).toHaveURL(/tab=reels/);
  await expect.poll(() => page.workers().length).toBe(0);
});

test("straightening moves neither the crop nor a spotlight from what it shows", async ({ page, request }) => {
  const reel = await aReel(request, "Level");
  // At its second second the marker is in the middle of both.
  const marker = { x: 384 + 20 + 2 * 26, y: 288 + 20 };
  const place = { x: marker.x * 1e3, y: marker.y * 1e3 };
  const spot = { start: us(60), end: us(120), style: "ring", colour: "#ffffff", opacity: 90, keys: [{ at: us(60), ...place, rx: 50_000, ry: 50_000 }] };
  await frame(request, reel, { crop: [{ at: us(30), ...place, h: 400_000 }], spotlights: [spot] });
  await open(page, reel);
  await press(page, "Shift+ArrowRight");
  await expect(page.locator(".transport__clock")).toHaveText("0:01.00");
  const off = async () => {
    const { x, y } = await markerInResult(page);
    return Math.hypot(x - 540, y - 960);
  };
  await expect.poll(off).toBeLessThan(12);
  const before = await off();
  const angle = panelOf(page).getByRole("slider", { name: "Angle" });
  await angle.focus();
  for (let n = 0; n < 60; n++) await angle.press("ArrowRight");
  await expect.poll(async () => (await clipOf(request, reel)).framing.straighten).toBe(6_000);
  await expect(panelOf(page).getByRole("textbox", { name: "Angle, exact" })).toHaveValue("6.0°");
  expect(Math.abs((await off()) - before)).toBeLessThan(6);
  const [key] = (await clipOf(request, reel)).framing.spotlights[0].keys;
  expect(key.angle).toBe(6_000);
  // The stage shows the picture as the crop sees it: the marker in the middle of the box there, too.
  await expect(page.locator(".stage video").first()).toHaveCSS("transform", /matrix\(1\.1/);
  await panelOf(page).getByRole("button", { name: "Level" }).click();
  await expect.poll(async () => (await clipOf(request, reel)).framing.straighten ?? 0).toBe(0);
  const back = (await clipOf(request, reel)).framing.spotlights[0].keys[0];
  expect(Math.hypot(back.x - place.x, back.y - place.y)).toBeLessThan(200);
});

test("keyframes are copied, moved and eased; a clip is made twice; a reload can still undo", async ({ page, request }) => {
  const reel = await aReel(request, "Keyframes");
  await open(page, reel);
  const keys = async () => (await clipOf(request, reel)).framing.crop.map((key: { at: number; ease: string }) => [Math.round((key.at * RATE) / 1e6), key.ease]);
  await page.getByTestId("crop-box").focus();
  for (let n = 0; n < 5; n++) await page.keyboard.press("Shift+ArrowLeft");
  await press(page, "Control+c", "Shift+ArrowRight", "Shift+ArrowRight");
  await page.getByTestId("crop-box").focus();
  for (let n = 0; n < 9; n++) await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(keys).toEqual([[30, "smooth"], [90, "smooth"], [209, "smooth"]]);
  await press(page, "Shift+ArrowRight", "Control+v");
  await expect.poll(keys).toHaveLength(4);
  const { crop } = (await clipOf(request, reel)).framing;
  expect([crop[2].x, crop[2].h]).toEqual([crop[0].x, crop[0].h]);
  await panelOf(page).getByRole("radio", { name: "Hold" }).click();
  await page.getByRole("button", { name: "Crop at 0:02.00" }).press("ArrowRight");
  await expect.poll(keys).toEqual([[30, "smooth"], [91, "smooth"], [120, "hold"], [209, "smooth"]]);
  // Dragged as far as its neighbour lets it.
  const diamond = (await page.getByRole("button", { name: "Crop at 0:03.00" }).boundingBox())!;
  await page.mouse.move(diamond.x + 12, diamond.y + 12);
  await page.mouse.down();
  await page.mouse.move(diamond.x - 100, diamond.y + 12, { steps: 4 });
  await page.mouse.move(20, diamond.y + 12, { steps: 4 });
  await page.mouse.up();
  await expect.poll(keys).toEqual([[30, "smooth"], [91, "smooth"], [92, "hold"], [209, "smooth"]]);

  await press(page, "Control+d");
  const rows = page.locator(".reel-row");
  await expect(rows).toHaveCount(2);
  await expect.poll(async () => (await clipOf(request, reel, 1)).framing.crop.length).toBe(4);
  await expect(page.locator(".save-state")).toHaveText("Saved");

  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await expect(rows).toHaveCount(2);
  await press(page, "Control+z");
  await expect(rows).toHaveCount(1);
  await press(page, "Control+z");
  await expect.poll(keys).toEqual([[30, "smooth"], [91, "smooth"], [120, "hold"], [209, "smooth"]]);
  await press(page, "Control+Shift+z", "Control+Shift+z");
  await expect(rows).toHaveCount(2);
  await expect.poll(keys).toEqual([[30, "smooth"], [91, "smooth"], [92, "hold"], [209, "smooth"]]);
});

test("a crop that is dragged rests until it is dragged at another moment", async ({ page, request }) => {
  const reel = await aReel(request, "Resting");
  await open(page, reel);
  const keys = async () => ((await clipOf(request, reel)).framing.crop ?? []).map((key: { at: number; x: number }) => [Math.round((key.at * RATE) / 1e6), key.x]);
  const box = page.getByTestId("crop-box");
  const across = page.getByRole("textbox", { name: "Across, exact" });
  const drag = async (by: number) => {
    const before = await across.inputValue();
    const { x, y, width, height } = (await box.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + by, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await expect(across).not.toHaveValue(before);
    await expect(page.locator(".save-state")).toHaveText("Saved");
  };
  await drag(-90);
  const [[, first]] = await keys();
  expect(await keys()).toEqual([[30, first], [209, first]]);
  await drag(40);
  const [[, start]] = await keys();
  expect(start).toBeGreaterThan(first);
  expect(await keys()).toEqual([[30, start], [209, start]]);
  // Later it travels, and rests where it was led, also when that is corrected.
  await press(page, "Shift+ArrowRight", "Shift+ArrowRight");
  await drag(80);
  await drag(-20);
  const there = (await keys())[1][1];
  expect(there).toBeGreaterThan(start);
  expect(await keys()).toEqual([[30, start], [90, there], [209, there]]);
  // Each drag is a step of its own.
  await press(page, "Control+z", "Control+z", "Control+z");
  await expect.poll(keys).toEqual([[30, first], [209, first]]);
});

async function wholeReel(page: Page): Promise<Picture> {
  const picture = await page.getByTestId("whole-reel").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const data = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let text = "";
    for (let at = 0; at < data.data.length; at += 8192) text += String.fromCharCode(...data.data.subarray(at, at + 8192));
    return { width: canvas.width, height: canvas.height, data: btoa(text) };
  });
  return { pixels: Buffer.from(picture.data, "base64"), step: 4, width: picture.width, height: picture.height };
}

test("the whole reel is watched as it is exported: transitions, speeds and cuts", async ({ page, request }, info) => {
  test.setTimeout(180_000);
  const reel = await aReel(request, "Whole", [[1, 4], [5, 8], [2, 4]]);
  await open(page, reel);
  const panel = panelOf(page);
  await press(page, "ArrowDown");
  await panel.getByRole("radio", { name: "Dissolve" }).click();
  await panel.getByRole("textbox", { name: "Length of the transition" }).fill("1");
  await panel.getByRole("textbox", { name: "Length of the transition" }).press("Enter");
  await press(page, "ArrowDown");
  await panel.getByRole("radio", { name: "Fade" }).click();
  await expect(page.locator(".join")).toHaveText(["Dissolve 1.0 s", "Fade 0.5 s"]);
  await expect.poll(async () => (await clipOf(request, reel, 2)).framing.opening?.kind).toBe("fade");
  await frame(request, reel, { segments: [{ start: 1e6, end: 2e6 }, { start: 3e6, end: 4e6, speed: 50 }] });
  await expect(page.locator(".reel-row").first()).toContainText("Framed");
  const file = await exported(request, reel, info);
  // 30 and 60, 90 of which 30 are seen at once, 60.
  const frames = 90 + 60 + 60;
  expect(probe(file).frames).toBe(frames);

  await press(page, "p");
  const dialog = page.getByRole("dialog");
  const slider = dialog.getByRole("slider", { name: "Time in the reel" });
  await expect(slider).toHaveAttribute("max", String(frames - 1));
  for (const at of [10, 29, 30, 50, 65, 75, 88, 100, 145, 148, 150, 153, 180, 209]) {
    await slider.fill(String(at));
    const there = frameOf(file, at, 1080, 1920);
    await expect.poll(async () => difference(await wholeReel(page), there), { message: `frame ${at}` }).toBeLessThan(3);
  }
  // A frame of another moment is farther away than that: the comparison tells them apart.
  expect(difference(await wholeReel(page), frameOf(file, 150, 1080, 1920))).toBeGreaterThan(6);

  // By keys: to the start of the clips, and played to the end without anybody's help.
  await slider.fill("0");
  await dialog.getByRole("button", { name: "Play" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(slider).toHaveValue("90");
  await expect(dialog).toContainText("2. Good Goal");
  await page.keyboard.press("ArrowLeft");
  await expect(slider).toHaveValue("0");
  await page.keyboard.press("Space");
  await expect(dialog.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(slider).toHaveValue(String(frames - 1), { timeout: 20_000 });
  await expect(dialog.getByRole("button", { name: "Play" })).toBeVisible();
  const last = frameOf(file, frames - 1, 1080, 1920);
  await expect.poll(async () => difference(await wholeReel(page), last)).toBeLessThan(3);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("the export step says what changed since the last file, and how much of it is rendered again", async ({ page, request }, info) => {
  test.setTimeout(120_000);
  const reel = await aReel(request, "Changes", [[1, 4], [5, 8]]);
  await exported(request, reel, info);
  await frame(request, reel, { crop: [{ at: us(150), x: 500_000, y: 300_000, h: 500_000 }] }, 1);
  await gotoHydrated(page, `/reels/${reel}?step=export`);
  await expect(page.getByTestId("changes")).toHaveText("1 changed (Good Goal) 0:03.00 of 0:06.00 are rendered again.");
  await page.getByRole("button", { name: "Export again" }).click();
  await expect(page.getByTestId("freshness")).toHaveText("The reel is ready", { timeout: 60_000 });
  await expect(page.getByTestId("changes")).toHaveCount(0);
});

test.describe("two tabs and no network", () => {
  test.use({ expectedErrors: /ERR_FAILED|409/ });

  test("a framing changed here while nothing was sent meets one from elsewhere; both are kept until somebody decides", async ({ page, request, context }) => {
    const reel = await aReel(request, "Two tabs");
    await open(page, reel);
    const other = await context.newPage();
    await open(other, reel);
    const x = async () => (await clipOf(request, reel)).framing.crop?.[0]?.x;
    await page.route("**/_fn/reels/**", (route) => route.abort("failed"));
    await page.getByTestId("crop-box").focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await expect(page.locator(".save-state")).toHaveText("Not saved yet, trying again");
    const mine = await page.getByRole("textbox", { name: "Across, exact" }).inputValue();
    expect(await x()).toBeUndefined();

    // Offline work of one tab alone arrives by itself: another clip of it is edited elsewhere only afterwards.
    await other.getByTestId("crop-box").focus();
    await other.keyboard.press("Shift+ArrowRight");
    await expect.poll(x).toBeGreaterThan(0);
    const theirs = await x();
    await page.unroute("**/_fn/reels/**");
    const banner = page.getByRole("alert").filter({ hasText: "edited somewhere else" });
    await expect(banner).toBeVisible({ timeout: 20_000 });
    expect(await x()).toBe(theirs);
    await banner.getByRole("button", { name: "Use mine" }).click();
    await expect(page.getByRole("textbox", { name: "Across, exact" })).toHaveValue(mine);
    await expect.poll(x).toBeLessThan(theirs);
    await expect(other.getByRole("textbox", { name: "Across, exact" })).toHaveValue(mine);
  });

  test("what is edited without a network arrives when it is back", async ({ page, request }) => {
    const reel = await aReel(request, "Offline");
    await open(page, reel);
    await page.route("**/_fn/reels/**", (route) => route.abort("failed"));
    await press(page, "Shift+ArrowRight", "s");
    await page.getByTestId("crop-box").focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await expect(page.locator(".save-state")).toHaveText("Not saved yet, trying again");
    expect((await clipOf(request, reel)).framing.segments).toEqual([]);
    await page.unroute("**/_fn/reels/**");
    await expect(page.locator(".save-state")).toHaveText("Saved", { timeout: 20_000 });
    const { framing } = await clipOf(request, reel);
    expect([framing.segments.length, framing.crop.length]).toEqual([2, 3]);
  });
});

test("a spotlight stays on its player when framing changes under it", async ({ page, request }, info) => {
  test.setTimeout(120_000);
  const reel = await aReel(request, "Under");
  const place = { x: (384 + 20 + 2 * 26 + 13) * 1e3, y: (288 + 20) * 1e3 };
  const spot = { start: us(60), end: us(120), style: "fill", colour: "#ffff00", opacity: 100, keys: [{ at: us(60), ...place, rx: 40_000, ry: 40_000 }] };
  await frame(request, reel, { spotlights: [spot] });
  await open(page, reel);
  await press(page, "Shift+ArrowRight");
  await panelOf(page).getByRole("radio", { name: "0.5x" }).first().click();
  await page.getByTestId("crop-box").focus();
  for (let n = 0; n < 8; n++) await page.keyboard.press("Shift+ArrowLeft");
  await press(page, "Shift+ArrowRight", "s");
  await page.getByRole("radio", { name: "1:1" }).click();
  await expect.poll(async () => (await (await request.get(`/api/reels/${reel}`)).json()).aspect).toBe("1:1");
  await expect(page.locator(".save-state")).toHaveText("Saved");
  expect((await clipOf(request, reel)).framing.spotlights).toEqual([{ fade: 0, ...spot, keys: [{ angle: 0, ease: "smooth", ...spot.keys[0] }] }]);
  const file = await exported(request, reel, info);
  // Where the crop says, at the moment that half speed makes of it: in the preview and in the file.
  const isYellow = (red: number, green: number, blue: number) => red > 200 && green > 200 && blue < 110;
  await press(page, "Shift+ArrowLeft");
  const at = Math.round(Number((await page.locator(".transport__clock").textContent())!.split(":")[1]) * RATE);
  const there = centre(frameOf(file, at, 1080, 1080), isYellow);
  await expect.poll(async () => {
    const here = centre(await result(page), isYellow);
    return Math.hypot(here.x - there.x, here.y - there.y);
  }).toBeLessThan(1.5);
});

test("a clip that is moved in Annotate later asks which of the two counts here", async ({ page, request }) => {
  const reel = await aReel(request, "Moved later");
  await open(page, reel);
  const length = page.locator(".transport__time small");
  await expect(length).toHaveText("/ 0:05.96");
  const move = async (start: number, end: number) => {
    const { clip } = await clipOf(request, reel);
    const { id, version, rating, tags } = clip;
    expect((await request.put(`/api/clips/${id}`, { data: { version, start: start * 1e6, end: end * 1e6, rating, tags } })).ok()).toBe(true);
  };
  const banner = page.getByRole("status").filter({ hasText: "was changed in Annotate" });
  // Nobody has touched it here: it follows.
  await move(1, 6);
  await expect(length).toHaveText("/ 0:04.96");
  await expect(banner).toHaveCount(0);

  await page.getByTestId("crop-box").focus();
  await page.keyboard.press("Shift+ArrowLeft");
  await expect.poll(async () => (await clipOf(request, reel)).framing.crop.length).toBe(2);
  await move(2, 8);
  await expect(banner).toContainText("it is 0:02.00 to 0:08.00 now. This reel still plays 0:01.00 to 0:06.00.");
  await expect(page.locator(".reel-row").first()).toContainText("Changed later");
  await expect(length).toHaveText("/ 0:04.96");
  await banner.getByRole("button", { name: "Keep" }).click();
  await expect(banner).toHaveCount(0);
  await expect(page.locator(".save-state")).toHaveText("Saved");
  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await expect(length).toHaveText("/ 0:04.96");
  await expect(banner).toHaveCount(0);

  await move(2, 9);
  await banner.getByRole("button", { name: "Use new" }).click();
  await expect(length).toHaveText("/ 0:06.96");
  await expect.poll(async () => (await clipOf(request, reel)).framing.bounds).toEqual({ start: 2e6, end: 9e6 });
  expect((await clipOf(request, reel)).framing.crop.map(({ at }: { at: number }) => Math.round((at * RATE) / 1e6))).toEqual([30, 60, 179, 269]);
  await press(page, "Control+z");
  await expect(length).toHaveText("/ 0:04.96");
  await expect(banner).toBeVisible();
});

test("a clip's sound is turned down and off, in the player and in the file", async ({ page, request }, info) => {
  test.setTimeout(120_000);
  const reel = await aReel(request, "Sound");
  await open(page, reel);
  const panel = panelOf(page);
  const loud = async () => {
    const id = await startExport(request, reel, { sound: "recorded", size: "small" });
    await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 60_000 }).toBe("complete");
    const file = info.outputPath(`${id}.mp4`);
    writeFileSync(file, await (await request.get(`/media/renditions/${(await exportOf(request, id)).rendition}`)).body());
    const { stderr } = spawnSync("ffmpeg", ["-hide_banner", "-nostdin", "-i", file, "-af", "volumedetect", "-vn", "-f", "null", "-"]);
    return Number(/mean_volume: (-?[\d.]+) dB/.exec(String(stderr))![1]);
  };
  const volume = () => page.locator(".stage video").first().evaluate((video: HTMLVideoElement) => video.volume);
  const usual = await loud();
  const level = panel.getByRole("slider", { name: "Level" });
  await level.focus();
  for (let n = 0; n < 10; n++) await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await clipOf(request, reel)).framing.volume).toBe(50);
  expect(await volume()).toBeCloseTo(0.5, 5);
  expect(Math.abs((await loud()) - (usual - 6))).toBeLessThan(0.5);
  await panel.getByRole("checkbox", { name: "Sound of this clip" }).press("Space");
  await expect.poll(async () => (await clipOf(request, reel)).framing.volume).toBe(0);
  expect(await volume()).toBe(0);
  expect(await loud()).toBeLessThan(-80);
  await gotoHydrated(page, `/reels/${reel}?step=export`);
  await expect(page.getByTestId("freshness")).toHaveText("The reel is ready");
});
