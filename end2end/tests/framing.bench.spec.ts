// What Framing costs while a clip of 1080p with 200 keyframes and a spotlight plays: the work of scripts for each frame, and pictures
// that were dropped against the same video alone.
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { result } from "../marker";
import { readyGame, readyReel } from "../steps";
import { alone as videoAlone, at, line, median, ms, percent, played, traced } from "../tracing";

const ROUNDS = 5;
const RATE = 30;
const KEYS = 200;

test.use({ trace: "off" });

test("framing", async ({ page, request, browser }) => {
  test.setTimeout(600_000);
  const recording = makeGame({ name: "moving", seconds: 62, size: "1920x1080", moving: true });
  const game = await readyGame(request, "Keyframes", recording.path);
  const made = async () => (await (await request.get(`/api/games/${game.id}`)).json()).videos[0];
  await expect.poll(async () => Boolean((await made()).sprites_url && (await made()).waveform_url), { timeout: 120_000 }).toBe(true);
  const reel = await readyReel(request, game, [0, 61]);
  const us = (frame: number) => Math.ceil((frame * 1e6) / RATE);
  const frames = Array.from({ length: KEYS }, (_, n) => n * 9);
  const wave = (n: number, of: number) => Math.round(of * Math.sin(n / 5));
  const crop = frames.map((frame, n) => ({ at: us(frame), x: 960_000 + wave(n, 300_000), y: 540_000, h: 800_000 + wave(n, 100_000) }));
  const keys = frames.map((frame, n) => ({ at: us(frame), x: 960_000 + wave(n, 250_000), y: 540_000, rx: 60_000, ry: 90_000 }));
  const spotlights = [{ start: 0, end: 61e6, style: "dim", colour: "#ffffff", opacity: 60, keys }];
  const place = (await (await request.get(`/api/reels/${reel}`)).json()).clips[0];
  const saved = await request.put(`/api/reel-clips/${place.id}/framing`, { data: { version: place.version, framing: { crop, spotlights } } });
  expect(saved.ok(), await saved.text()).toBe(true);

  await gotoHydrated(page, `/reels/${reel}`);
  await expect.poll(async () => (await result(page).catch(() => undefined))?.width).toBe(1080);
  await expect(page.locator(".keyframe")).toHaveCount(KEYS + 1);
  const session = await page.context().newCDPSession(page);
  const alone = await videoAlone(browser, page, await page.locator("video").first().evaluate((it: HTMLVideoElement) => it.currentSrc));
  const [playing, dropped, bare] = [[], [], []] as number[][];
  for (let round = 0; round < ROUNDS; round++) {
    await page.bringToFront();
    let quality = { dropped: 0, total: 1 };
    playing.push(at(await traced(session, async () => void (quality = await played(page, 8))), 0.95));
    dropped.push(quality.dropped / quality.total);
    await alone.bringToFront();
    const other = await played(alone, 8);
    bare.push(other.dropped / other.total);
  }
  console.log(`\nFraming, a clip of 1920x1080 with ${KEYS} keyframes of crop and spotlight; medians of ${ROUNDS}`);
  line("script for each frame while playing, p95", ms(median(playing)), "4 ms");
  line("pictures dropped in Framing", percent(median(dropped)), `${percent(median(bare) + 0.05)} (the video alone ${percent(median(bare))}, and 5 more)`);
});
