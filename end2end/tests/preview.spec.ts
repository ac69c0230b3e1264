import { dice } from "../dice";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { markerInFile, markerInResult } from "../marker";
import { exportOf, readyGame, readyReel, startExport } from "../steps";
import { writeFileSync } from "node:fs";

// Fewer where time is short: which they are is the same in every run.
const MOMENTS = process.env.TOUCHLINE_LONG ? 20 : 7;
const RATE = 30;
const [START, END] = [1, 7];

test("at moments of an edit that nobody chose, the preview is the export", async ({ page, request }, info) => {
  test.setTimeout(180_000);
  const recording = makeGame({ name: "moving", seconds: 9, size: "1920x1080", moving: true });
  const game = await readyGame(request, "Preview", recording.path);
  const reel = await readyReel(request, game, [START, END]);
  const random = dice(20261126);

  // The marker goes from the left to the right; crops of any size follow it more or less.
  const us = (frame: number) => Math.floor((frame * 1e6) / RATE);
  const marker = (frame: number) => ({
    x: recording.marker.x + recording.marker.size / 2 + (frame / RATE) * 2 * Math.round(1920 / 100),
    y: recording.marker.y + recording.marker.size / 2,
  });
  const eases = ["smooth", "linear", "smooth", "hold"];
  const crop = [30, 62, 97, 140, 181, 209].map((frame, n) => {
    const h = 700 + random() * 380;
    const room = (h * 9) / 32 - 60;
    const [x, y] = [marker(frame).x + (random() - 0.5) * room, marker(frame).y + (random() - 0.5) * (h / 2 - 60)];
    return { at: us(frame), x: Math.round(x * 1e3), y: Math.round(y * 1e3), h: Math.round(h * 1e3), ease: eases[n % 4] };
  });
  // Trimmed, a gap, half speed, double speed; the horizon straightened by two and a half degrees.
  const parts = [
    { first: 33, end: 80, speed: 100 },
    { first: 80, end: 130, speed: 50 },
    { first: 140, end: 204, speed: 200 },
  ];
  const segments = parts.map(({ first, end, speed }) => ({ start: us(first) + 1, end: us(end) + 1, speed }));
  const shown = await (await request.get(`/api/reels/${reel}`)).json();
  const place = shown.clips[0];
  const saved = await request.put(`/api/reel-clips/${place.id}/framing`, { data: { version: place.version, framing: { crop, segments, straighten: 2500 } } });
  expect(saved.ok(), await saved.text()).toBe(true);

  const id = await startExport(request, reel);
  await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 120_000 }).toBe("complete");
  const done = await exportOf(request, id);
  expect(done.total).toBe(47 + 100 + 32);
  const file = info.outputPath("reel.mp4");
  writeFileSync(file, await (await request.get(`/media/renditions/${done.rendition}`)).body());

  await gotoHydrated(page, `/reels/${reel}`);
  await expect.poll(async () => (await markerInResult(page).catch(() => undefined))?.width).toBe(1080);
  const video = page.locator(".stage video").first();
  const worst = { x: 0, y: 0 };
  for (let n = 0; n < MOMENTS; n++) {
    const part = parts[Math.floor(random() * parts.length)];
    const frame = part.first + Math.floor(random() * (part.end - part.first));
    // Where the player rests on a frame, its result is that frame's.
    await video.evaluate(async (element: HTMLVideoElement, seconds) => {
      const seeked = new Promise((done) => element.addEventListener("seeked", done, { once: true }));
      element.currentTime = seconds;
      await seeked;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }, (frame + 0.5) / RATE);
    const before = parts.slice(0, parts.indexOf(part)).reduce((sum, it) => sum + ((it.end - it.first) * 100) / it.speed, 0);
    const output = before + Math.ceil(((frame - part.first) * 100) / part.speed);
    // At double speed every second frame is left out: the next one is shown in its place, half a marker step on.
    const leftOut = part.speed === 200 && (frame - part.first) % 2 === 1;
    if (leftOut) {
      n--;
      continue;
    }
    const exported = markerInFile(file, output, 1080, 1920);
    await expect
      .poll(async () => {
        const preview = await markerInResult(page);
        return Math.hypot(preview.x - exported.x, preview.y - exported.y);
      }, { message: `source frame ${frame}, output frame ${output}` })
      .toBeLessThan(1);
    const preview = await markerInResult(page);
    worst.x = Math.max(worst.x, Math.abs(preview.x - exported.x));
    worst.y = Math.max(worst.y, Math.abs(preview.y - exported.y));
  }
  info.annotations.push({ type: "farthest apart, in pixels of the export", description: `${worst.x.toFixed(2)} ${worst.y.toFixed(2)}` });
  console.log(`preview and export at ${MOMENTS} moments: at most ${worst.x.toFixed(2)} and ${worst.y.toFixed(2)} px apart`);
});
