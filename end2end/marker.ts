import { execFileSync } from "node:child_process";
import type { Page } from "@playwright/test";

/** A picture's size and the centre of its magenta square, in the picture's own pixels. */
export interface Found {
  width: number;
  height: number;
  x: number;
  y: number;
}

/** A picture as rows of red, green, blue and what else `step` has. */
export interface Picture {
  pixels: Uint8Array;
  step: number;
  width: number;
  height: number;
}

type Is = (red: number, green: number, blue: number) => boolean;

const isMagenta: Is = (red, green, blue) => red > 180 && green < 110 && blue > 180;

/** The mean place of all pixels of a colour: of the marker where nothing else is said. */
export function centre({ pixels, step, width, height }: Picture, is: Is = isMagenta): Found {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * step;
      if (is(pixels[at], pixels[at + 1], pixels[at + 2])) {
        count++;
        sumX += x;
        sumY += y;
      }
    }
  }
  if (count < 50) throw new Error(`no marker in the picture of ${width} x ${height} (${count} pixels)`);
  return { width, height, x: sumX / count, y: sumY / count };
}

/** What the live result shows, in pixels of the export. */
export async function result(page: Page): Promise<Picture> {
  const picture = await page.getByTestId("result").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const data = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let text = "";
    for (let at = 0; at < data.data.length; at += 8192) text += String.fromCharCode(...data.data.subarray(at, at + 8192));
    return { width: canvas.width, height: canvas.height, data: btoa(text) };
  });
  return { pixels: Buffer.from(picture.data, "base64"), step: 4, width: picture.width, height: picture.height };
}

/** Where the live result shows the marker. */
export const markerInResult = async (page: Page) => centre(await result(page));

/** What frame `frame` of a file shows. */
export function frameOf(path: string, frame: number, width: number, height: number): Picture {
  const raw = execFileSync(
    "ffmpeg",
    ["-v", "error", "-nostdin", "-i", path, "-vf", `select=eq(n\\,${frame})`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
    { maxBuffer: 1 << 28 },
  );
  return { pixels: raw, step: 3, width, height };
}

/** Where frame `frame` of a file shows the marker. */
export const markerInFile = (path: string, frame: number, width: number, height: number) => centre(frameOf(path, frame, width, height));

/** Some rows of a picture, as a picture. */
export function rows({ pixels, step, width }: Picture, from: number, to: number): Picture {
  return { pixels: pixels.subarray(from * width * step, to * width * step), step, width, height: to - from };
}

/** How far apart two pictures of one size are: the mean of all differences, of 255. */
export function difference(one: Picture, two: Picture): number {
  let sum = 0;
  for (let at = 0; at < one.width * one.height; at++) {
    for (let plane = 0; plane < 3; plane++) sum += Math.abs(one.pixels[at * one.step + plane] - two.pixels[at * two.step + plane]);
  }
  return sum / (one.width * one.height * 3);
}

export interface Probed {
  width: number;
  height: number;
  frames: number;
  rate: string;
  seconds: number;
  soundSeconds: number;
}

/** What ffprobe says of an exported file; it has one picture and one sound track, or this throws. */
export function probe(path: string): Probed {
  const entries = "stream=codec_type,codec_name,width,height,r_frame_rate,nb_read_packets,duration";
  const text = execFileSync("ffprobe", ["-v", "error", "-count_packets", "-show_entries", entries, "-of", "json", path]);
  const streams = JSON.parse(text.toString()).streams as Record<string, string>[];
  const [video, sound] = ["video", "audio"].map((type) => streams.filter((stream) => stream.codec_type === type));
  if (video.length !== 1 || sound.length !== 1) throw new Error(`${video.length} pictures and ${sound.length} sounds`);
  return {
    width: Number(video[0].width),
    height: Number(video[0].height),
    frames: Number(video[0].nb_read_packets),
    rate: video[0].r_frame_rate,
    seconds: Number(video[0].duration),
    soundSeconds: Number(sound[0].duration),
  };
}
