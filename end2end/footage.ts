import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface GameOptions {
  /** The file is called `NAME.mp4`. */
  name?: string;
  seconds: number;
  size?: "640x360" | "1280x720" | "1920x1080" | "3840x2160";
  /** Frames a second, as ffmpeg writes it: 30, 50, "30000/1001". */
  rate?: number | string;
  /** Index in front of the media, as web videos have it; recorders write it behind. */
  faststart?: boolean;
  sound?: boolean;
  /** The marker crosses a fifth of the picture every ten seconds, so that its place tells the frame. */
  moving?: boolean;
  /** Noise over the picture: about ten megabytes a second, for tests that need a large file. */
  noisy?: boolean;
  /** How little is kept of the picture: 20 unless said otherwise; 38 for hours of it. */
  crf?: number;
}

export interface Game {
  path: string;
  width: number;
  height: number;
  seconds: number;
  /** The magenta square where it begins, in the source's pixels. Nothing else in the picture has a colour. */
  marker: { x: number; y: number; size: number };
}

const folder = join(tmpdir(), "touchline-footage");
const even = (value: number) => 2 * Math.round(value / 2);

/** A real H.264 and AAC recording: a moving grey picture, a magenta square that stands still or moves, and a tone. */
export function makeGame(options: GameOptions): Game {
  const { name = "game", seconds, size = "1920x1080", rate = 30, faststart = true, sound = true, moving = false, noisy = false, crf = 20 } = options;
  const [width, height] = size.split("x").map(Number);
  const marker = { x: even(width * 0.3), y: even(height * 0.4), size: even(height / 18) };

  const input = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
  const tone = ["-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  const box = `drawbox=x=${marker.x}:y=${marker.y}:w=${marker.size}:h=${marker.size}:color=magenta:t=fill`;
  const square = `color=magenta:size=${marker.size}x${marker.size}:rate=${rate}`;
  const along = `x='${marker.x}+mod(t,10)*${even(width / 50)}':y=${marker.y}:shortest=1`;
  const filter = moving
    ? ["-filter_complex", `[0:v]hue=s=0,format=yuv420p[grey];${square}[square];[grey][square]overlay=${along}`]
    : ["-vf", `hue=s=0,${noisy ? "noise=alls=90:allf=t," : ""}format=yuv420p,${box}`];
  const arguments_ = [
    ...input,
    ...(sound ? tone : []),
    ...filter,
    ...["-c:v", "libx264", "-preset", "ultrafast", "-crf", String(crf), "-g", "60"],
    ...["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"],
    ...(sound ? ["-c:a", "aac", "-b:a", "96k"] : []),
    ...(faststart ? ["-movflags", "+faststart"] : []),
  ];

  // Made once for every run on this machine: the same recipe gives the same file.
  const recipe = createHash("sha256").update(arguments_.join("\n")).digest("hex").slice(0, 16);
  const path = join(folder, recipe, `${name}.mp4`);
  if (!existsSync(path)) {
    mkdirSync(join(folder, recipe), { recursive: true });
    const unfinished = join(folder, recipe, `${name}.${process.pid}.part.mp4`);
    execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", ...arguments_, unfinished]);
    renameSync(unfinished, path);
  }
  return { path, width, height, seconds, marker };
}

/** The same game again and again, copied: hours of it in seconds. */
export function makeLong(game: Game, times: number): Game {
  const path = game.path.replace(/\.mp4$/, `-${times}.mp4`);
  if (!existsSync(path)) {
    const unfinished = `${path}.${process.pid}.part.mp4`;
    const copy = ["-c", "copy", "-movflags", "+faststart"];
    execFileSync("ffmpeg", ["-v", "error", "-nostdin", "-y", "-stream_loop", String(times - 1), "-i", game.path, ...copy, unfinished]);
    renameSync(unfinished, path);
  }
  return { ...game, path, seconds: game.seconds * times };
}
