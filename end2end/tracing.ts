// What a page costs while it plays: the work of its scripts, and pictures that were dropped.
import type { Browser, CDPSession, Page } from "@playwright/test";
import { expect } from "./fixtures";

const FRAME_MS = 1000 / 60;

interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  /** What the thread worked of it: on two cores that also decode and paint, the rest is waiting. */
  tdur?: number;
  tid: number;
  pid: number;
  args?: { name?: string };
}

const SCRIPT = new Set(["FunctionCall", "RunMicrotasks", "EventDispatch", "TimerFire", "FireAnimationFrame"]);

/** Milliseconds of work of scripts on the page's main thread, for each frame of a sixtieth of a second in which there was any. */
function scriptFrames(events: TraceEvent[]): number[] {
  const main = events.find((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain");
  const busiest = (list: TraceEvent[]) => {
    const counts = new Map<string, number>();
    for (const { pid, tid } of list) counts.set(`${pid} ${tid}`, (counts.get(`${pid} ${tid}`) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
  };
  const script = events.filter((event) => event.ph === "X" && SCRIPT.has(event.name));
  const thread = main && script.some(({ pid, tid }) => pid === main.pid && tid === main.tid) ? `${main.pid} ${main.tid}` : busiest(script);
  const mine = script.filter(({ pid, tid }) => `${pid} ${tid}` === thread).sort((a, b) => a.ts - b.ts);
  const frames = new Map<number, number>();
  let until = 0;
  for (const { ts, dur = 0, tdur = dur } of mine) {
    // What runs inside another is counted there.
    if (ts < until) continue;
    until = ts + dur;
    const frame = Math.floor(ts / 1000 / FRAME_MS);
    frames.set(frame, (frames.get(frame) ?? 0) + tdur / 1000);
  }
  return [...frames.values()];
}

export async function traced(session: CDPSession, act: () => Promise<void>): Promise<number[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }) => void events.push(...(value as TraceEvent[]));
  session.on("Tracing.dataCollected", collect);
  await session.send("Tracing.start", { transferMode: "ReportEvents", categories: "devtools.timeline,v8.execute,disabled-by-default-devtools.timeline" });
  await act();
  const done = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.end");
  await done;
  session.off("Tracing.dataCollected", collect);
  return scriptFrames(events);
}

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
export const at = (values: number[], part: number) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
export const median = (values: number[]) => at(values, 0.5);

/** Plays for a while and tells how many pictures were dropped, of how many. */
export async function played(page: Page, seconds: number): Promise<{ dropped: number; total: number }> {
  const video = page.locator("video").first();
  const quality = () => video.evaluate((it: HTMLVideoElement) => {
    const { droppedVideoFrames, totalVideoFrames } = it.getVideoPlaybackQuality();
    return { dropped: droppedVideoFrames, total: totalVideoFrames };
  });
  const before = await quality();
  const from = await video.evaluate((it: HTMLVideoElement) => it.currentTime);
  await video.evaluate((it: HTMLVideoElement) => it.play());
  await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.currentTime), { timeout: 60_000 }).toBeGreaterThan(from + seconds);
  await video.evaluate((it: HTMLVideoElement) => it.pause());
  const after = await quality();
  return { dropped: after.dropped - before.dropped, total: after.total - before.total };
}

/** The same video in a page of nothing else. */
export async function alone(browser: Browser, page: Page, source: string): Promise<Page> {
  const other = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await other.goto(new URL("/healthz", page.url()).href);
  await other.setContent(`<video src="${source}" muted style="width: 970px"></video>`);
  await other.waitForFunction(() => document.querySelector("video")!.readyState >= 2);
  return other;
}

export const percent = (part: number) => `${(part * 100).toFixed(2)} %`;
export const ms = (value: number) => `${value.toFixed(2)} ms`;
export const line = (name: string, value: string, goal: string) => console.log(`${name.padEnd(58)} ${value.padStart(12)}   goal ${goal}`);
