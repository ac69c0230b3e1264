import type { Locator, Page } from "@playwright/test";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { addGame, readyGame } from "../steps";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

async function tabTo(page: Page, target: Locator) {
  for (let n = 0; n < 40; n++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((it) => it === document.activeElement).catch(() => false)) return;
  }
  throw new Error("the Tab key does not get there");
}

test("a game's clips come as files, as one ZIP and as an annotated game", async ({ page, request }) => {
  const recording = makeGame({ name: "kinds", seconds: 8, size: "640x360" });
  const game = await readyGame(request, "Kinds", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  await page.getByRole("button", { name: "Export this game" }).click();
  await expect(page.getByRole("dialog")).toContainText("Mark clips first");
  await expect(page.getByRole("button", { name: "Start export" })).toBeDisabled();
  await page.keyboard.press("Escape");

  for (const [start, name] of [[1, "First"], [4, "Second"]] as const) {
    const clip = { video: game.video, start: start * 1e6, end: (start + 2) * 1e6, rating: 5 - start, name, notes: "Seen by all" };
    expect((await request.post("/api/clips", { data: clip })).ok()).toBe(true);
  }
  await expect(page.locator(".clip-row")).toHaveCount(2);
  // With keys only.
  const open = page.getByRole("button", { name: "Export this game" });
  const single = page.getByRole("radio", { name: /Single clips/ });
  const start = page.getByRole("button", { name: "Start export" });
  await tabTo(page, open);
  await page.keyboard.press("Enter");
  await tabTo(page, single);
  await page.keyboard.press("Space");
  await expect(single).toHaveAttribute("aria-checked", "true");
  await tabTo(page, start);
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 exports have started")).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();

  await page.getByRole("button", { name: "Export this game" }).click();
  await page.getByRole("radio", { name: /Annotated game/ }).click();
  await page.getByRole("button", { name: "Start export" }).click();
  const listed = async () => (await (await request.get("/api/exports/recent?hours=1")).json()).filter((it: { name: string }) => it.name.includes("Kinds"));
  await expect.poll(async () => (await listed()).map((it: { state: string }) => it.state), { timeout: 60_000 }).toEqual(["complete", "complete", "complete"]);

  await gotoHydrated(page, "/gallery");
  for (const name of ["01 First", "02 Second", "annotated"]) {
    await expect(page.getByRole("heading", { name: new RegExp(`Kinds.*${name}`) })).toBeVisible();
  }
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /2 clips as ZIP/ }).first().click(),
  ]);
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  expect(bytes.includes("01 First.mp4") && bytes.includes("02 Second.mp4")).toBe(true);
});

test("what this browser cannot play is played from a copy", async ({ page }) => {
  const folder = join(tmpdir(), "touchline-footage");
  const path = join(folder, "hevc-2.mov");
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=4", "-f", "lavfi", "-i", "sine=duration=4"];
    const codec = ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error", "-tag:v", "hvc1", "-c:a", "aac"];
    execFileSync("ffmpeg", ["-v", "error", "-y", ...picture, ...codec, path]);
  }
  await addGame(page, "Copied", path);
  const video = page.locator(".stage video, .frame video").first();
  // While the page stays open: the picture comes by itself.
  await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.videoWidth), { timeout: 60_000 }).toBe(640);
  await page.keyboard.press("Space");
  await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.currentTime)).toBeGreaterThan(0.5);
});

test.describe("music", () => {
  test.use({ expectedErrors: /415/ });

  test("a song plays under a reel, is made softer, taken away and brought back", async ({ page, request }) => {
    const recording = makeGame({ name: "kinds", seconds: 8, size: "640x360" });
    const game = await readyGame(request, "Sung", recording.path);
    const clip = await (await request.post("/api/clips", { data: { video: game.video, start: 1e6, end: 3e6 } })).json();
    const reel = await (await request.post("/api/reels", { data: { aspect: "9:16", clips: [clip.id] } })).json();
    const song = join(tmpdir(), "touchline-footage", "Anthem.mp3");
    execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=660:r=44100:d=5", song]);

    await gotoHydrated(page, `/reels/${reel.id}?step=export`);
    const field = page.getByRole("group", { name: "Music" });
    await field.locator('input[type="file"]').setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no song") });
    await expect(page.getByText("This file is no music that can be read")).toBeVisible();
    await field.locator('input[type="file"]').setInputFiles(song);
    await expect(field.getByText("Anthem.mp3")).toBeVisible();
    await expect.poll(() => field.locator("audio").evaluate(async (it: HTMLAudioElement) => (await it.play(), it.currentTime)), { timeout: 20_000 }).toBeGreaterThan(0.2);
    await field.getByLabel("Music level").selectOption({ label: "Soft, in the background" });
    const kept = async () => (await (await request.get(`/api/reels/${reel.id}`)).json()).music;
    await expect.poll(async () => (await kept()).level).toBe("soft");
    await field.getByRole("checkbox", { name: "Softer while the game is loud" }).uncheck();
    await expect.poll(async () => (await kept()).ducks).toBe(false);

    // Another tab sees it, and exports with it.
    const other = await page.context().newPage();
    await gotoHydrated(other, `/reels/${reel.id}?step=export`);
    await expect(other.getByText("Anthem.mp3")).toBeVisible();
    await other.getByRole("button", { name: "Export reel" }).click();
    await expect(other.getByTestId("freshness")).toHaveText("The reel is ready", { timeout: 60_000 });

    await field.getByRole("button", { name: "Remove music" }).click();
    await expect(other.getByText("Anthem.mp3")).toBeHidden();
    await expect(other.getByTestId("freshness")).toContainText("Changed since this export");
    await page.getByText("Undo", { exact: true }).click();
    await expect(other.getByText("Anthem.mp3")).toBeVisible();
    expect(await kept()).toMatchObject({ name: "Anthem.mp3", level: "soft", ducks: false });
  });
});
