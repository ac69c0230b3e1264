import type { Page } from "@playwright/test";
import { expect, gotoHydrated, test } from "../fixtures";
import { readyGame } from "../steps";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BITS = 10;

/** A recording whose every picture says its number: a row of blocks, white for one, black for nought. */
function numbered(name: string, rate: string, frames: number, more: string[] = [], select = ""): string {
  const path = join(tmpdir(), "touchline-footage", `numbered-2-${name}`);
  if (!existsSync(path)) {
    mkdirSync(join(tmpdir(), "touchline-footage"), { recursive: true });
    const blocks = Array.from({ length: BITS }, (_, bit) =>
      `drawbox=x=${bit * 60 + 20}:y=40:w=60:h=80:t=fill:color=white:enable='mod(floor(n/${2 ** bit}),2)'`);
    const filter = ["drawbox=x=0:y=20:w=640:h=120:t=fill:color=black", ...blocks, ...(select ? [select] : [])].join(",");
    const source = `testsrc2=size=640x360:rate=${rate}`;
    const encoder = ["-c:v", "libx264", "-preset", "veryfast", "-g", "48", "-pix_fmt", "yuv420p"];
    execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-vf", filter, "-frames:v", String(frames), ...encoder, ...more, path]);
  }
  return path;
}

/** The number of the picture that is seen, once it is the wanted one. */
async function seen(page: Page): Promise<number> {
  return page.locator(".frame video, .stage video").first().evaluate((video: HTMLVideoElement, bits) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 360];
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(video, 0, 0, 640, 360);
    let number = 0;
    for (let bit = 0; bit < bits; bit++) {
      if (context.getImageData(bit * 60 + 50, 80, 1, 1).data[0] > 128) number += 2 ** bit;
    }
    return number;
  }, BITS);
}

// Of every eleven pictures of the last one four are missing, here one and there three together.
const kept = (n: number) => ![2, 6, 7, 8].includes(n % 11);
const select = "select='not(eq(mod(n,11),2)+between(mod(n,11),6,8))'";
const recordings: [string, string, (n: number) => boolean, string[], string][] = [
  ["25.mp4", "25", () => true, [], ""],
  ["29.97.mp4", "30000/1001", () => true, [], ""],
  ["59.94.mp4", "60000/1001", () => true, [], ""],
  // As phones write it: each picture made from the one before it.
  ["variable.mp4", "30", kept, ["-fps_mode", "vfr", "-bf", "0"], select],
];

for (const [name, rate, isKept, more, filter] of recordings) {
  test(`a hundred steps on and back show every picture of ${name}`, async ({ page, request }) => {
    const numbers = Array.from({ length: 300 }, (_, n) => n).filter(isKept);
    const recording = numbered(name, rate, numbers.length, more, filter);
    const game = await readyGame(request, `Stepped ${name}`, recording);
    const known = async () => (await (await request.get(`/api/games/${game.id}`)).json()).videos[0];
    await expect.poll(async () => (await known()).sprites_url, { timeout: 30_000 }).toBeTruthy();
    expect(Boolean((await known()).frames_url)).toBe(filter !== "");
    const table = filter ? page.waitForResponse((answer) => answer.url().includes("/frames") && answer.ok()) : undefined;
    await gotoHydrated(page, `/games/${game.id}`);
    await table;
    await expect.poll(() => seen(page)).toBe(0);
    const steps = [...Array(100).keys()].map((n) => n + 1);
    for (const step of steps) {
      await page.keyboard.press("Period");
      await expect.poll(() => seen(page), { intervals: [20, 20, 50, 100] }).toBe(numbers[step]);
    }
    for (const step of [...steps].reverse()) {
      await page.keyboard.press("Comma");
      await expect.poll(() => seen(page), { intervals: [20, 20, 50, 100] }).toBe(numbers[step - 1]);
    }
  });
}
