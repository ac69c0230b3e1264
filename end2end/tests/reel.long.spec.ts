import { request as newRequest } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, gotoHydrated, test } from "../fixtures";
import { atMost, beside, writeFigures } from "../figures";
import { makeGame } from "../footage";
import { markerInFile, markerInResult, probe } from "../marker";
import { Server } from "../server";
import { exportOf, readyGame, startExport } from "../steps";

const minute = 60_000;
/** Where the clips begin, in seconds: on frames, between frames, over a keyframe, near the end. */
const starts = [0, 61.013, 143.217, 299.9, 420.3334, 585.05];
const length = 10;
/** A cut lies on the frame shown at that moment: so many frames has the clip that begins there. */
const frameAt = (second: number) => Math.floor((second * 30_000) / 1001 + 1e-3);
const lengths = starts.map((start) => frameAt(start + length) - frameAt(start));

test("a minute of reel from ten minutes of match", async ({ page }, testInfo) => {
  test.setTimeout(20 * minute);
  const match = makeGame({ name: "match", seconds: 600, size: "1920x1080", rate: "30000/1001", moving: true });
  const server = await Server.start();
  const request = await newRequest.newContext({ baseURL: server.url });
  try {
    const game = await readyGame(request, "Rovers", match.path);
    const clips: string[] = [];
    for (const start of starts) {
      const range = { start: Math.round(start * 1e6), end: Math.round((start + length) * 1e6) };
      const clip = await request.post("/api/clips", { data: { video: game.video, ...range, rating: 4, tags: ["Goal"] } });
      clips.push((await clip.json()).id);
    }
    const made = await request.post("/api/reels", { data: { aspect: "9:16", clips } });
    const reel = await made.json();
    // A crop that pans with the marker: its place in the result depends on the frame and on the moment of the pan.
    for (const [index, place] of reel.clips.entries()) {
      // Keyframes are at times of the recording.
      const start = Math.round(starts[index] * 1e6);
      const crop = [0, 5, 10].map((at) => ({ at: start + at * 1e6, x: (740 + 8 * at) * 1e3, y: 540_000, h: 1_000_000, ease: "linear" }));
      const framing = { segments: [], crop };
      const framed = await request.put(`/api/reel-clips/${place.id}/framing`, { data: { version: place.version, framing } });
      expect(framed.ok(), await framed.text()).toBe(true);
    }

    await gotoHydrated(page, `${server.url}/reels/${reel.id}?step=framing`);
    const rows = page.locator(".reel-row");
    await expect(rows).toHaveCount(starts.length);
    const shown = [];
    for (let at = 0; at < starts.length; at++) {
      await rows.nth(at).click();
      await expect(rows.nth(at)).toHaveAttribute("aria-current", "true");
      // The picture has come to rest: two looks in a row find the same.
      let last = "";
      await expect
        .poll(async () => {
          const found = JSON.stringify(await markerInResult(page).catch(() => undefined));
          const settled = found !== undefined && found === last;
          last = found;
          return settled;
        }, { intervals: [400] })
        .toBe(true);
      shown.push(JSON.parse(last) as { x: number; y: number });
    }

    // A page that is open asks all the time, and would complain while nobody answers.
    await page.goto("about:blank");
    await server.restart();
    await gotoHydrated(page, server.url);
    const idle = server.memory().now;
    const since = Date.now();
    const id = await startExport(request, reel.id);
    await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 15 * minute }).toBe("complete");
    const took = (Date.now() - since) / 1000;
    const { most } = server.memory();

    const rendition = (await exportOf(request, id)).rendition;
    const file = testInfo.outputPath("reel.mp4");
    writeFileSync(file, await (await request.get(`/media/renditions/${rendition}`)).body());
    const facts = probe(file);
    const frames = lengths.reduce((sum, one) => sum + one, 0);
    expect(facts).toMatchObject({ width: 1080, height: 1920, rate: "30000/1001", frames });
    expect(Math.abs(facts.seconds - facts.soundSeconds)).toBeLessThan(0.05);

    let first = 0;
    for (let at = 0; at < starts.length; at++) {
      const exported = markerInFile(file, first, 1080, 1920);
      const difference = Math.hypot(exported.x - shown[at].x, exported.y - shown[at].y);
      expect(difference, `clip ${at + 1}: shown ${JSON.stringify(shown[at])}, exported ${JSON.stringify(exported)}`).toBeLessThan(2);
      first += lengths[at];
    }

    // The floor: plain ffmpeg cuts, crops and encodes the same minute with the same encoder's settings.
    const cut = starts.map((start) => ["-ss", String(start), "-t", String(length), "-i", match.path]).flat();
    const crops = starts.map((_, at) => `[${at}:v]crop=562:1000:418:40,scale=1080:1920:flags=bicubic[v${at}]`).join(";");
    const join = starts.map((_, at) => `[v${at}][${at}:a]`).join("");
    const filter = `${crops};${join}concat=n=${starts.length}:v=1:a=1[v][a]`;
    const began = Date.now();
    const encode = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "aac", testInfo.outputPath("plain.mp4")];
    execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...cut, "-filter_complex", filter, "-map", "[v]", "-map", "[a]", ...encode]);
    const plain = (Date.now() - began) / 1000;

    const figures = [
      atMost("server memory, idle", idle, "MB", 256),
      atMost("server memory, most during the export", most, "MB", 512),
      beside("export of 60 s from 10 min of 1080p, plain ffmpeg beside it", took, "s", plain),
    ];
    writeFigures("export", figures);
    for (const figure of figures.slice(0, 2)) expect(figure.met, figure.name).toBe(true);
  } finally {
    await page.goto("about:blank");
    await request.dispose();
    await server.remove();
  }
});
