import type { APIRequestContext, Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { expect, gotoHydrated } from "./fixtures";
import { makeGame } from "./footage";

/** Adds a game with a video through the pages; ends in Annotate with the upload under way. Answers the game's id. */
export async function addGame(page: Page, opponent: string, video: string): Promise<string> {
  await gotoHydrated(page, "/games/new");
  await page.locator('input[type="file"]').first().setInputFiles(video);
  await page.getByLabel("Opponent").fill(opponent);
  await page.getByRole("button", { name: "Add game" }).click();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  return page.url().split("/").pop()!;
}

async function json(request: APIRequestContext, method: "get" | "post" | "put", path: string, data?: unknown) {
  const answer = await request[method](path, data === undefined ? {} : { data });
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return answer.json();
}

export interface ReadyGame {
  id: string;
  video: string;
}

/** A game with a stored, ready video, made through REST: for tests that are about something else. */
export async function readyGame(request: APIRequestContext, opponent: string, path: string): Promise<ReadyGame> {
  const details = { opponent, played_on: "2026-11-14", venue: "home" };
  const game = await json(request, "post", "/api/games", details);
  const bytes = readFileSync(path);
  const file = { game: game.id, name: "game.mp4", type: "video/mp4", size: bytes.length, fingerprint: `${opponent} ${bytes.length}` };
  const upload = await json(request, "post", "/api/uploads", file);
  const count = Math.ceil(bytes.length / upload.part_size);
  for (let number = 1; number <= count; number++) {
    const [part] = await json(request, "post", `/api/uploads/${upload.id}/sign`, { parts: [{ number }] });
    const data = bytes.subarray(part.offset, part.offset + part.length);
    const sent = await request.fetch(part.url, { method: "PUT", data, headers: { "content-type": "" } });
    expect(sent.ok(), await sent.text()).toBe(true);
  }
  await json(request, "post", `/api/uploads/${upload.id}/complete`);
  await expect
    .poll(async () => (await json(request, "get", `/api/games/${game.id}`)).videos[0].state, { timeout: 30_000 })
    .toBe("ready");
  const video = (await json(request, "get", `/api/games/${game.id}`)).videos[0].id;
  return { id: game.id, video };
}

/** A reel of clips (seconds) of a game whose picture moves. Answers its id. */
export async function movingReel(request: APIRequestContext, name: string, clips: [number, number][] = [[1, 7]]): Promise<string> {
  const recording = makeGame({ name: "moving", seconds: 9, size: "1280x720", moving: true });
  const game = await readyGame(request, name, recording.path);
  const ids = [];
  for (const [start, end] of clips) {
    const clip = { video: game.video, start: start * 1e6, end: end * 1e6, rating: 4, tags: ["Goal"] };
    ids.push((await json(request, "post", "/api/clips", clip)).id);
  }
  return (await json(request, "post", "/api/reels", { aspect: "9:16", clips: ids })).id;
}

/** A reel of one clip of a ready game. Answers its id. */
export async function readyReel(
  request: APIRequestContext,
  game: ReadyGame,
  seconds: [number, number],
  aspect = "9:16",
): Promise<string> {
  const [start, end] = seconds.map((second) => Math.round(second * 1e6));
  const clip = await json(request, "post", "/api/clips", { video: game.video, start, end, rating: 4, tags: ["Goal"] });
  const reel = await json(request, "post", "/api/reels", { aspect, clips: [clip.id] });
  return reel.id;
}

export async function exportOf(request: APIRequestContext, id: string) {
  return json(request, "get", `/api/exports/${id}`);
}

export async function startExport(request: APIRequestContext, reel: string, settings = {}): Promise<string> {
  return (await json(request, "post", "/api/exports", { reel, settings })).id;
}
