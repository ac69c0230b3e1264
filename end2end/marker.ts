import { execFileSync } from "node:child_process";
import type { Page } from "@playwright/test";

/** A picture's size and the centre of its magenta square, in the picture's own pixels. */
export interface Found {
  width: number;
  height: number;
  x: number;
  y: number;
}

/** The marker in raw RGB: the mean place of all pixels that are clearly magenta. */
function centre(pixels: ArrayLike<number>, step: number, width: number, height: number): Found {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * step;
      if (pixels[at] > 180 && pixels[at + 1] < 110 && pixels[at + 2] > 180) {
        count++;
        sumX += x;
        sumY += y;
      }
    }
  }
  if (count < 50) throw new Error(`no marker in the picture of ${width} x ${height} (${count} pixels)`);
  return { width, height, x: sumX / count, y: sumY / count };
}

/** Where the live result shows the marker, in pixels of the export. */
export async function markerInResult(page: Page): Promise<Found> {
  const picture = await page.getByTestId("result").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const data = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let text = "";
    for (let at = 0; at < data.data.length; at += 8192) text += String.fromCharCode(...data.data.subarray(at, at + 8192));
    return { width: canvas.width, height: canvas.height, data: btoa(text) };
  });
  return centre(Buffer.from(picture.data, "base64"), 4, picture.width, picture.height);
}

/** Where frame `frame` of a file shows it. */
export function markerInFile(path: string, frame: number, width: number, height: number): Found {
  const raw = execFileSync(
    "ffmpeg",
    ["-v", "error", "-nostdin", "-i", path, "-vf", `select=eq(n\\,${frame})`, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
    { maxBuffer: 1 << 28 },
  );
  return centre(raw, 3, width, height);
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
