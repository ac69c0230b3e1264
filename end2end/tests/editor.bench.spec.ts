// What Annotate costs in a game of three hours with 500 clips: the work of scripts (WASM and its glue) for each frame while
// scrubbing and while playing, pictures that were dropped against the same video alone, and how long it takes to open.
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame, makeLong } from "../footage";
import { readyGame } from "../steps";
import { alone as videoAlone, at, line, median, ms, percent, played, traced } from "../tracing";

const CLIPS = 500;
const ROUNDS = 5;
// Recording a trace for a failure takes pictures of the page all the time.
test.use({ trace: "off" });

test("editor", async ({ page, request, browser }) => {
  test.setTimeout(900_000);
  const recording = makeLong(makeGame({ name: "long", seconds: 60, size: "1280x720", rate: 30, moving: true, crf: 38 }), 180);
  const game = await readyGame(request, "Three hours", recording.path);
  for (let n = 0; n < CLIPS; n++) {
    const start = Math.round(((n + 0.3) * recording.seconds * 1e6) / CLIPS);
    const data = { video: game.video, start, end: start + 9_000_000 + (n % 7) * 2_000_000, rating: 1 + (n % 4), tags: ["Goal", "Pass"], notes: `Note ${n}` };
    expect((await request.post("/api/clips", { data })).ok()).toBe(true);
  }
  // Small pictures and sound are made in the background: they would be measured too.
  const made = async () => (await (await request.get(`/api/games/${game.id}`)).json()).videos[0];
  await expect.poll(async () => Boolean((await made()).sprites_url && (await made()).waveform_url), { timeout: 600_000, intervals: [2_000] }).toBe(true);

  const opened: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const since = Date.now();
    await gotoHydrated(page, `/games/${game.id}`);
    await page.waitForFunction(() => (document.querySelector("video") as HTMLVideoElement | null)?.readyState! >= 2);
    opened.push(Date.now() - since);
  }
  await expect(page.locator(".clip-row")).toHaveCount(CLIPS);

  const session = await page.context().newCDPSession(page);
  const lanes = (await page.locator(".lane--video").boundingBox())!;
  const scrub = async () => {
    await page.mouse.move(lanes.x + 10, lanes.y + lanes.height / 2);
    await page.mouse.down();
    for (let n = 0; n < 400; n++) {
      const part = 0.5 + 0.48 * Math.sin(n / 40);
      await page.mouse.move(lanes.x + lanes.width * part, lanes.y + lanes.height / 2);
    }
    await page.mouse.up();
  };
  const scrubbing: number[] = [];
  const playing: number[] = [];
  const dropped: number[] = [];
  const bare: number[] = [];
  const source = await page.locator("video").first().evaluate((it: HTMLVideoElement) => it.currentSrc);
  const alone = await videoAlone(browser, page, source);
  for (let round = 0; round < ROUNDS; round++) {
    scrubbing.push(at(await traced(session, scrub), 0.95));
    let quality = { dropped: 0, total: 1 };
    playing.push(at(await traced(session, async () => void (quality = await played(page, 8))), 0.95));
    dropped.push(quality.dropped / quality.total);
    await alone.bringToFront();
    const other = await played(alone, 8);
    bare.push(other.dropped / other.total);
    await page.bringToFront();
  }
  // A rating in one tab until the other shows it.
  const other = await page.context().newPage();
  await gotoHydrated(other, `/games/${game.id}`);
  const reached: number[] = [];
  await page.bringToFront();
  await page.locator(".clip-row").first().click();
  for (const [key, mark] of [["Digit4", "!"], ["Digit3", "!?"], ["Digit2", "?"], ["Digit1", "??"], ["Digit4", "!"]] as const) {
    const since = Date.now();
    await page.keyboard.press(key);
    await other.waitForFunction((mark) => document.querySelector(".clip-row .badge")?.textContent === mark, mark, { polling: 20 });
    reached.push(Date.now() - since);
  }
  console.log(`\nAnnotate, 3 hours at 1280x720, ${CLIPS} clips; medians of ${ROUNDS}`);
  line("script for each frame while scrubbing, p95", ms(median(scrubbing)), "4 ms");
  line("script for each frame while playing, p95", ms(median(playing)), "4 ms");
  line("pictures dropped in Annotate", percent(median(dropped)), `${percent(median(bare) + 0.05)} (the video alone ${percent(median(bare))}, and 5 more)`);
  line("a change until the other tab shows it", ms(median(reached)), "1000 ms");
  line("from navigation until the picture is there", ms(median(opened)), "1500 ms");
});
