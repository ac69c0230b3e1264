import { dice } from "../dice";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { markerInFile, markerInResult, probe } from "../marker";
import { exportOf, readyGame, readyReel, startExport } from "../steps";
import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";

const RATE = 30;
const [WIDTH, HEIGHT] = [1920, 1080];
const SEQUENCES = 10;
const STEPS = 14;
const LOOKS = 6;

interface Segment {
  start: number;
  end: number;
  speed: number;
  ramp_to?: number;
}
interface Framing {
  crop: { at: number; x: number; y: number; h: number }[];
  segments: Segment[];
  straighten?: number;
}

/** The source frame of each output frame, as the stored edit says: speeds are even, or change evenly over what plays. */
function shown(framing: Framing, clip: { start: number; end: number }): number[] {
  const frameAt = (us: number) => Math.floor((us * RATE) / 1e6 + 1e-3);
  const whole: Segment = { ...clip, speed: 100 };
  const segments = framing.segments.length ? framing.segments : [whole];
  // Neighbours that go on at the same speed are one piece.
  const pieces: { first: number; end: number; from: number; to: number }[] = [];
  for (const { start, end, speed, ramp_to } of segments) {
    const [first, last, before] = [frameAt(start), frameAt(end), pieces[pieces.length - 1]];
    const steady = ramp_to === undefined && before?.from === before?.to;
    if (before && steady && before.end === first && before.from === speed) before.end = last;
    else pieces.push({ first, end: last, from: speed, to: ramp_to ?? speed });
  }
  return pieces.flatMap(({ first, end, from, to }) => {
    const frames = Math.max(1, Math.floor(((end - first) * 200) / (from + to) + 0.5));
    const passed = (j: number) => (from * j + ((to - from) * j * j) / (2 * frames)) / 100;
    return Array.from({ length: frames }, (_, j) => Math.min(end - 1, first + Math.floor(passed(j) + 1e-9)));
  });
}

/** Where an export shows a place of the recording under one crop. */
function expected(framing: Framing, key: Framing["crop"][number], place: { x: number; y: number }) {
  const angle = ((framing.straighten ?? 0) / 1e3) * (Math.PI / 180);
  const zoom = Math.cos(angle) + Math.abs(Math.sin(angle)) * (WIDTH / HEIGHT);
  const [dx, dy] = [place.x - WIDTH / 2, place.y - HEIGHT / 2];
  const seen = {
    x: WIDTH / 2 + (Math.cos(angle) * dx - Math.sin(angle) * dy) * zoom,
    y: HEIGHT / 2 + (Math.sin(angle) * dx + Math.cos(angle) * dy) * zoom,
  };
  const h = Math.min(HEIGHT, key.h / 1e3);
  const w = (h * 9) / 16;
  const [left, top] = [Math.min(WIDTH - w, Math.max(0, key.x / 1e3 - w / 2)), Math.min(HEIGHT - h, Math.max(0, key.y / 1e3 - h / 2))];
  // From the middle of a pixel to the middle of a pixel.
  return { x: ((seen.x + 0.5 - left) * 1080) / w - 0.5, y: ((seen.y + 0.5 - top) * 1920) / h - 0.5 };
}

async function press(page: Page, key: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press(key);
}

async function rest(page: Page, frame: number): Promise<void> {
  await page.locator(".stage video").first().evaluate(async (element: HTMLVideoElement, seconds) => {
    const seeked = new Promise((done) => element.addEventListener("seeked", done, { once: true }));
    element.currentTime = seconds;
    await seeked;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, (frame + 0.5) / RATE);
}

test("whatever is done to a clip, what is stored is what is shown is what is exported", async ({ page, request }, info) => {
  test.setTimeout(1_800_000);
  const recording = makeGame({ name: "moving", seconds: 9, size: "1920x1080", moving: true });
  const game = await readyGame(request, "Edits", recording.path);
  const middle = { x: recording.marker.x + recording.marker.size / 2, y: recording.marker.y + recording.marker.size / 2 };
  // Where it really is, as ffmpeg decodes it.
  const found = new Map<number, { x: number; y: number }>();
  const marker = (frame: number) => {
    if (!found.has(frame)) found.set(frame, markerInFile(recording.path, frame, WIDTH, HEIGHT));
    return found.get(frame)!;
  };
  const worst = { stored: 0, exported: 0 };

  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const random = dice(7_000 + sequence);
    const pick = <T>(all: T[]): T => all[Math.floor(random() * all.length)];
    const reel = await readyReel(request, game, [1, 7]);
    await gotoHydrated(page, `/reels/${reel}`);
    await expect.poll(async () => (await markerInResult(page).catch(() => undefined))?.width).toBe(1080);
    const panel = page.getByRole("complementary", { name: "Settings of this clip" });
    const type = async (name: string, value: string) => {
      await panel.getByRole("textbox", { name, exact: true }).fill(value);
      await panel.getByRole("textbox", { name, exact: true }).press("Enter");
    };
    // Wherever it goes, the marker stays in the crop: only then there is something to compare.
    const acts: Record<string, () => Promise<void>> = {
      across: () => type("Across, exact", String(Math.round(middle.x - 150 + random() * 60))),
      zoom: () => type("Zoom, exact", (1 + random() * 0.1).toFixed(2)),
      seek: () => press(page, pick(["Shift+ArrowRight", "Shift+ArrowRight", "ArrowRight", "Shift+ArrowLeft", ".", ","])),
      split: () => press(page, "s"),
      cut: () => press(page, "Shift+Delete"),
      join: () => press(page, "Shift+s"),
      speed: () => panel.getByRole("radiogroup", { name: "Speed", exact: true }).getByRole("radio", { name: pick(["0.5x", "1x", "1.5x", "2x"]), exact: true }).click(),
      ramp: () => panel.getByRole("checkbox", { name: "Changes on the way" }).press("Space"),
      level: () => type("Angle, exact", (random() * 4 - 2).toFixed(1)),
      trim: () => type(pick(["In", "Out"]), pick(["0:00.50", "0:01.20", "0:04.90", "0:05.50"])),
      remove: () => press(page, "Delete"),
      undo: () => press(page, "Control+z"),
      redo: () => press(page, "Control+Shift+z"),
    };
    const names = Object.keys(acts);
    const done: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      // A crop and a way on first; then anything.
      const name = step === 0 ? "across" : step === 1 ? "seek" : step === 2 ? "across" : pick([...names, "seek", "seek", "across", "zoom"]);
      done.push(name);
      await acts[name]();
    }
    await expect(page.locator(".save-state")).toHaveText("Saved");
    const { framing, clip } = (await (await request.get(`/api/reels/${reel}`)).json()).clips[0] as { framing: Framing; clip: { start: number; end: number } };
    const frames = shown(framing, clip);

    const id = await startExport(request, reel);
    await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 120_000 }).toBe("complete");
    const file = info.outputPath(`${sequence}.mp4`);
    writeFileSync(file, await (await request.get(`/media/renditions/${(await exportOf(request, id)).rendition}`)).body());
    expect(probe(file).frames, `${done.join(" ")}: ${JSON.stringify(framing.segments)}`).toBe(frames.length);

    for (let look = 0; look < LOOKS; look++) {
      const output = look === 0 ? 0 : look === 1 ? frames.length - 1 : Math.floor(random() * frames.length);
      await rest(page, frames[output]);
      const there = markerInFile(file, output, 1080, 1920);
      const off = async () => {
        const here = await markerInResult(page);
        return Math.hypot(here.x - there.x, here.y - there.y);
      };
      await expect.poll(off, { message: `sequence ${sequence} (${done.join(" ")}), output frame ${output}` }).toBeLessThan(1);
      worst.exported = Math.max(worst.exported, await off());
    }
    // Where a keyframe stands, its numbers say where the marker is.
    for (const key of framing.crop) {
      const frame = Math.round((key.at * RATE) / 1e6);
      if (!frames.includes(frame)) continue;
      await rest(page, frame);
      const said = expected(framing, key, marker(frame));
      const off = async () => {
        const here = await markerInResult(page);
        return Math.hypot(here.x - said.x, here.y - said.y);
      };
      await expect.poll(off, { message: `sequence ${sequence} (${done.join(" ")}), keyframe at ${frame}` }).toBeLessThan(2);
      worst.stored = Math.max(worst.stored, await off());
    }
    console.log(`${sequence}: ${done.join(" ")}: ${framing.crop.length} keyframes, ${framing.segments.length} segments, ${frames.length} frames`);
  }
  console.log(`stored and shown at most ${worst.stored.toFixed(2)} px apart, shown and exported ${worst.exported.toFixed(2)} px`);
});
