import { request as newRequest, type APIRequestContext, type Locator, type Page } from "@playwright/test";
import { createHash } from "node:crypto";
import { appendFileSync, copyFileSync, readFileSync, statSync } from "node:fs";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { Proxy } from "../proxy";
import { Server } from "../server";

// A bad network stands between the browser and the store: whatever it does, the object is the file, byte for byte, and
// little is sent twice. Broken connections show on the console; that is what they are here for.
test.use({ expectedErrors: /Failed to load resource|net::ERR|WebSocket|blocked by CORS/ });
test.setTimeout(150_000);

let proxy: Proxy;
let server: Server;
let request: APIRequestContext;
let file: string;
let parts: number;

test.beforeAll(async () => {
  proxy = await Proxy.start();
  server = await Server.start({ TOUCHLINE_STORAGE__PUBLIC_URL: proxy.url });
  proxy.to(server.url);
  request = await newRequest.newContext({ baseURL: server.url });
  file = makeGame({ name: "match", seconds: 4, size: "1280x720", rate: 30, noisy: true }).path;
  parts = Math.ceil(statSync(file).size / (16 << 20));
  expect(parts, "several parts, and few enough to be quick").toBeGreaterThan(4);
  expect(parts).toBeLessThan(12);
});

// What a test leaves unfinished would be offered in the next one.
test.afterEach(async () => {
  proxy.reset();
  for (const { upload } of await (await request.get("/api/uploads")).json()) await request.delete(`/api/uploads/${upload.id}`);
});

test.afterAll(async () => {
  await request.dispose();
  await server.remove();
  await proxy.close();
});

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const task = (page: Page): Locator => page.getByRole("region", { name: "Uploads and exports" });

/** Adds a game with this file through the pages; answers its id. */
async function upload(page: Page, opponent: string, path = file): Promise<string> {
  await gotoHydrated(page, `${server.url}/games/new`);
  await page.locator('input[type="file"]').first().setInputFiles(path);
  await page.getByLabel("Opponent").fill(opponent);
  await page.getByRole("button", { name: "Add game" }).click();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  return page.url().split("/").pop()!;
}

async function video(game: string) {
  return (await (await request.get(`/api/games/${game}`)).json()).videos[0];
}

async function until(state: string, game: string): Promise<void> {
  await expect.poll(async () => (await video(game))?.state, { timeout: 60_000 }).toBe(state);
}

/** The stored object is the file. */
async function isWhole(game: string, path = file): Promise<void> {
  await until("ready", game);
  proxy.reset();
  const stored = await (await request.get(`/media/videos/${(await video(game)).id}`)).body();
  expect(hash(stored) === hash(readFileSync(path)), "byte for byte").toBe(true);
}

/** How many PUTs there were beside one for each part. */
const extra = () => proxy.puts.length - parts;

test("failing, breaking, expired and garbled parts are sent again, and no other", async ({ page }) => {
  proxy.faults = new Map([
    [1, [{ status: 500 }, { status: 503 }]],
    [2, [{ reset: true }]],
    [3, [{ status: 403 }]],
    [4, [{ garble: true }]],
    [5, [{ reset: true, arrived: true }]],
  ]);
  const game = await upload(page, "Faults");
  await until("ready", game);
  const twice = extra();
  await isWhole(game);
  expect(twice).toBeLessThanOrEqual(6);
});

test("a tab that was closed goes on with the same file, and refuses another", async ({ page, context }) => {
  proxy.hold(2);
  const game = await upload(page, "Closed");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(0);
  await page.close({ runBeforeUnload: false });

  const next = await context.newPage();
  await gotoHydrated(next, `${server.url}/jobs`);
  await expect(task(next)).toContainText("Interrupted");
  const sent = proxy.puts.length;
  const input = task(next).locator('input[type="file"]');
  const other = makeGame({ name: "match", seconds: 1, size: "640x360" });
  await input.setInputFiles(other.path);
  await expect(next.getByText(/That is another file/)).toBeVisible();
  proxy.letGo();
  expect(proxy.puts.length).toBe(sent);
  await input.setInputFiles(file);
  await until("ready", game);
  // Three may have been in flight when the tab went.
  expect(extra()).toBeLessThanOrEqual(3);
  await isWhole(game);
});

/** Puts the file into the browser's own file system and has the file dialog answer with its handle: a real one. */
async function pickable(page: Page): Promise<void> {
  const bytes = readFileSync(file);
  const chunk = 8 << 20;
  for (let at = 0; at < bytes.length; at += chunk) {
    const text = bytes.subarray(at, at + chunk).toString("base64");
    await page.evaluate(
      async ([text, position]) => {
        const folder = await navigator.storage.getDirectory();
        const handle = await folder.getFileHandle("match.mp4", { create: true });
        const writable = await handle.createWritable({ keepExistingData: position > 0 });
        await writable.write({ type: "write", position, data: Uint8Array.from(atob(text), (it) => it.charCodeAt(0)) });
        await writable.close();
      },
      [text, at] as const,
    );
  }
  await page.evaluate(async () => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle("match.mp4");
    Object.assign(window, { showOpenFilePicker: async () => [handle] });
  });
}

test("where the browser remembers the file, it goes on by itself after a reload", async ({ page }) => {
  await gotoHydrated(page, `${server.url}/games/new`);
  await pickable(page);
  proxy.hold();
  await page.getByText("Choose a video", { exact: true }).click();
  await page.getByLabel("Opponent").fill("Handles");
  await page.getByRole("button", { name: "Add game" }).click();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  const game = page.url().split("/").pop()!;
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  proxy.letGo();
  await isWhole(game);
});

test("the server dies in the middle and comes back", async ({ page }) => {
  proxy.hold();
  const game = await upload(page, "Dead");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  await server.kill();
  proxy.letGo();
  await expect(task(page)).toContainText("trying again");
  await server.restart();
  await until("ready", game);
  expect(extra()).toBeLessThanOrEqual(6);
  await isWhole(game);
});

test("offline for a while", async ({ page, context }) => {
  proxy.hold();
  const game = await upload(page, "Offline");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  await context.setOffline(true);
  proxy.letGo();
  await expect(task(page)).toContainText("trying again");
  await context.setOffline(false);
  await isWhole(game);
});

test("a store that cannot be reached is reached through the server", async ({ page }) => {
  proxy.isDown = true;
  const game = await upload(page, "Fallback");
  await page.getByRole("button", { name: /^Show details/ }).click();
  await expect(page.getByText("it goes through the server")).toBeVisible();
  await until("ready", game);
  await isWhole(game);
});

test("the settings try the way to the store", async ({ page }) => {
  await gotoHydrated(page, `${server.url}/settings`);
  const group = page.getByRole("region", { name: "Uploads" });
  await group.getByRole("button", { name: "Try it" }).click();
  await expect(group.getByRole("status")).toContainText("straight to the store");
  proxy.isDown = true;
  await group.getByRole("button", { name: "Try it" }).click();
  await expect(group.getByRole("status")).toContainText("was not let through");
  await expect(group.getByRole("status")).toContainText("AllowedOrigins");
});

test("another tab shows it, guides it, and takes it over when its tab goes", async ({ page, context }) => {
  proxy.hold();
  const game = await upload(page, "Tabs");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  const other = await context.newPage();
  // Its page takes its time, and hears of the first tab before it is there.
  await other.route(/\/pkg\/.*\.(js|wasm)$/, async (route) => {
    await new Promise((wait) => setTimeout(wait, 300));
    await route.continue();
  });
  await gotoHydrated(other, `${server.url}/jobs`);
  await expect(task(other)).toContainText("Vs Tabs");
  await task(other).getByRole("button", { name: "Pause upload" }).click();
  await expect(task(page)).toContainText("Paused");
  await expect(task(other)).toContainText("Paused");
  await task(other).getByRole("button", { name: "Resume upload" }).click();
  await expect(task(page)).not.toContainText("Paused");
  await page.close({ runBeforeUnload: false });
  await expect(task(other)).toContainText("Interrupted");
  proxy.letGo();
  await task(other).locator('input[type="file"]').setInputFiles(file);
  await isWhole(game);
});

test("a file that changes while it is sent is not mixed", async ({ page }, info) => {
  const changing = info.outputPath("changing.mp4");
  copyFileSync(file, changing);
  proxy.hold();
  const game = await upload(page, "Changing", changing);
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  appendFileSync(changing, "more");
  proxy.letGo();
  await expect(page.getByText(/is not uploaded\. The file changed/)).toBeVisible();
  expect((await video(game)).state).toBe("waiting");
});

test("a cancelled upload leaves nothing at the store", async ({ page }) => {
  proxy.hold();
  const game = await upload(page, "Cancelled");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  // Nothing has arrived, but parts are on their way: it asks.
  await expect(task(page)).not.toContainText(/(^|\D)0%/);
  await task(page).getByRole("button", { name: "Cancel upload" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel upload" }).click();
  await expect.poll(async () => await video(game)).toBe(undefined);
  proxy.letGo();
  const open = await (await request.get("/api/uploads")).json();
  expect(open.filter((it: { upload: { game: string } }) => it.upload.game === game)).toEqual([]);
});

test("two files go one after the other", async ({ page }) => {
  proxy.hold();
  const first = await upload(page, "First");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(1);
  // Within the app: a new document would end the first.
  await page.getByRole("link", { name: "Library" }).first().click();
  await page.getByRole("link", { name: "Add game" }).first().click();
  await page.waitForURL(/\/games\/new$/);
  await page.locator('input[type="file"]').first().setInputFiles(file);
  await page.getByLabel("Opponent").fill("Second");
  await page.getByRole("button", { name: "Add game" }).click();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  const second = page.url().split("/").pop()!;
  await expect(task(page)).toContainText("Vs Second");
  proxy.letGo();
  await isWhole(first);
  await isWhole(second);
});

test("another browser sees that it is being sent, and both end well when both send it", async ({ page, browser }) => {
  proxy.hold(2);
  const game = await upload(page, "Elsewhere");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(0);
  // A browser of its own: no locks, no channel, no handles of the first.
  const stranger = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await gotoHydrated(stranger, `${server.url}/`);
  await expect(task(stranger)).toContainText("From another browser");
  await stranger.getByRole("button", { name: /^Show details/ }).click();
  await expect(stranger.getByText("Another browser or device sends it")).toBeVisible();
  await stranger.context().close();
  proxy.letGo();
  await isWhole(game);
});

test("a cancel that would throw bytes away asks first", async ({ page }) => {
  proxy.hold(2);
  const game = await upload(page, "Asked");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(0);
  await expect(task(page)).not.toContainText(/(^|\D)0%/);
  await task(page).getByRole("button", { name: "Cancel upload" }).click();
  const question = page.getByRole("dialog", { name: /Cancel the upload of Vs Asked/ });
  await question.getByRole("button", { name: "Keep it" }).click();
  proxy.letGo();
  await isWhole(game);
});

test("the file of an interrupted upload can begin another game, and another file cannot go on with it", async ({ page, context }) => {
  proxy.hold(2);
  const game = await upload(page, "Interrupted");
  await expect.poll(() => proxy.waiting).toBeGreaterThan(0);
  await page.close({ runBeforeUnload: false });
  proxy.letGo();
  const next = await context.newPage();
  await gotoHydrated(next, `${server.url}/games/${game}`);
  await expect(task(next)).toContainText("Interrupted");
  const other = makeGame({ name: "another", seconds: 1, size: "640x360" });
  await next.locator('.frame__notice input[type="file"]').setInputFiles(other.path);
  await expect(next.getByText(/That is another file/)).toBeVisible();
  expect((await (await request.get(`/api/games/${game}`)).json()).videos).toHaveLength(1);

  await next.getByRole("link", { name: "Back to library" }).click();
  await next.getByRole("link", { name: "Add game" }).first().click();
  await next.locator('input[type="file"]').first().setInputFiles(file);
  await expect(next.locator(".drop__name")).toHaveText("match.mp4");
});
