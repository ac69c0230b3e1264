import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { exportOf, readyGame, readyReel, startExport } from "../steps";
import type { APIRequestContext, Page } from "@playwright/test";

async function ready(request: APIRequestContext, name: string) {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, name, recording.path);
  const reel = await readyReel(request, game, [1, 2]);
  const id = await startExport(request, reel, { size: "small" });
  await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 60_000 }).toBe("complete");
  return { game, reel, file: (await exportOf(request, id)).rendition as string };
}

const toast = (page: Page, text: string | RegExp) => page.locator(".toast").filter({ hasText: text });
const status = async (request: APIRequestContext, path: string) => (await request.get(path)).status();

test("a file, a reel and a game are deleted and brought back where they were deleted", async ({ page, request }) => {
  const { game, reel, file } = await ready(request, "Undeleted");
  await gotoHydrated(page, "/gallery");
  const card = page.locator("article").filter({ hasText: "Undeleted" });
  await card.getByRole("button", { name: /^Delete/ }).click();
  await expect(card).toHaveCount(0);
  expect(await status(request, `/api/renditions/${file}`)).toBe(404);
  await toast(page, "is in the trash").getByRole("button", { name: "Undo" }).click();
  await expect(card).toHaveCount(1);
  expect(await status(request, `/api/renditions/${file}`)).toBe(200);

  // From the editor, which is left with it: the way back is still there.
  await gotoHydrated(page, `/reels/${reel}`);
  await page.getByRole("button", { name: "Delete reel" }).click();
  await page.waitForURL(/tab=reels/);
  const tile = page.locator(".card--reel").filter({ hasText: "Undeleted" });
  await expect(tile).toHaveCount(0);
  await toast(page, "is in the trash").getByRole("button", { name: "Undo" }).click();
  await expect(tile).toHaveCount(1);

  await gotoHydrated(page, "/");
  const shown = page.locator(".card--game").filter({ hasText: "Undeleted" });
  await shown.getByLabel(/^More for/).click();
  await page.getByRole("button", { name: "Delete game" }).click();
  await expect(shown).toHaveCount(0);
  await toast(page, "is in the trash").getByRole("button", { name: "Undo" }).click();
  await expect(shown).toHaveCount(1);
  const clips = await (await request.get(`/api/reels/${reel}`)).json();
  expect(clips.clips).toHaveLength(1);
  expect(await status(request, `/api/games/${game.id}`)).toBe(200);
});

test("storage says what takes room, frees it, and empties the trash after a question", async ({ page, request }) => {
  const { game, file } = await ready(request, "Roomy");
  await gotoHydrated(page, "/gallery");
  await page.getByRole("link", { name: "Storage and trash" }).click();
  await page.waitForURL(/\/storage$/);
  const row = (name: string) => page.locator(".option").filter({ hasText: name }).first();
  await expect(row("Rendered pieces")).toContainText(/in \d+ files?/);
  await row("Rendered pieces").getByRole("button", { name: "Free" }).click();
  await expect(toast(page, "free again")).toBeVisible();
  await expect(row("Rendered pieces")).toContainText("None");
  expect((await (await request.get("/api/usage")).json()).segments.count).toBe(0);

  await request.delete(`/api/renditions/${file}`);
  await request.delete(`/api/games/${game.id}`);
  const trash = page.getByRole("region", { name: "Trash" });
  await expect(trash.locator(".option").filter({ hasText: "Roomy" })).toHaveCount(2);
  await expect(trash).toContainText(/Game, [\d.]+ [kKM]B, until/);
  const inTrash = (kind: string) => trash.locator(".option").filter({ hasText: "Roomy" }).filter({ hasText: `${kind}, ` });
  await expect(inTrash("File")).toHaveCount(1);
  await inTrash("Game").getByRole("button", { name: /^Restore/ }).click();
  await expect(toast(page, "is back")).toBeVisible();
  await expect(trash.locator(".option").filter({ hasText: "Roomy" })).toHaveCount(1);
  const close = page.locator(".toast").getByRole("button", { name: "Close" });
  while ((await close.count()) > 0) await close.first().click();

  await inTrash("File").getByRole("button", { name: /^Delete .* for good$/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("cannot be undone");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(trash.locator(".option").filter({ hasText: "Roomy" })).toHaveCount(1);
  await trash.getByRole("button", { name: "Empty trash" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
  await expect(trash).toContainText("The trash is empty.");
  const left = await (await request.get("/api/trash")).json();
  expect(left).toEqual([]);
  expect((await request.post(`/api/trash/rendition/${file}/restore`)).status()).toBe(404);
  expect(await status(request, `/api/games/${game.id}`)).toBe(200);
});

test("a game that is deleted while its video is sent comes back with what was sent", async ({ page, request }) => {
  const game = await (await request.post("/api/games", { data: { opponent: "Half sent", played_on: "2026-11-14", venue: "home" } })).json();
  const upload = await (await request.post("/api/uploads", { data: { game: game.id, name: "a.mp4", type: "video/mp4", size: 40e6, fingerprint: "half" } })).json();
  const [part] = await (await request.post(`/api/uploads/${upload.id}/sign`, { data: { parts: [{ number: 1 }] } })).json();
  expect((await request.fetch(part.url, { method: "PUT", data: Buffer.alloc(part.length), headers: { "content-type": "" } })).ok()).toBe(true);
  await gotoHydrated(page, "/");
  const card = page.locator(".card--game").filter({ hasText: "Half sent" });
  await card.getByLabel(/^More for/).click();
  await page.getByRole("button", { name: "Delete game" }).click();
  await expect(card).toHaveCount(0);
  await gotoHydrated(page, "/jobs");
  await expect(page.getByText("Half sent")).toHaveCount(0);
  await gotoHydrated(page, "/storage");
  await page.getByRole("button", { name: /^Restore .*Half sent/ }).click();
  await expect(toast(page, "is back")).toBeVisible();
  expect((await (await request.get(`/api/uploads/${upload.id}`)).json()).received).toEqual([1]);
  await request.delete(`/api/games/${game.id}`);
});

test.describe("a system that shares", () => {
  test("a file is handed to the share sheet; a press that is too old asks for another", async ({ page, request }) => {
    await ready(request, "Shared");
    // The sheet belongs to the system, and this one has none: what reaches it is looked at.
    await page.addInitScript(() => {
      const calls: { name: string; type: string; size: number }[] = [];
      let refusals = 1;
      Object.assign(window, { calls });
      Object.assign(navigator, {
        canShare: ({ files }: ShareData) => files?.length === 1,
        share: async ({ files }: ShareData) => {
          if (refusals-- > 0) throw new DOMException("too late", "NotAllowedError");
          calls.push({ name: files![0].name, type: files![0].type, size: files![0].size });
        },
      });
    });
    await gotoHydrated(page, "/gallery");
    const card = page.locator("article").filter({ hasText: "Shared" });
    await card.getByRole("button", { name: /^Share/ }).click();
    await toast(page, "is ready to be shared").getByRole("button", { name: "Share" }).click();
    const calls = () => page.evaluate(() => (window as unknown as { calls: { name: string; type: string; size: number }[] }).calls);
    await expect.poll(async () => (await calls()).length).toBe(1);
    const [{ name, type, size }] = await calls();
    expect(name).toMatch(/Shared.*\.mp4$/);
    expect(type).toBe("video/mp4");
    const listed = await (await request.get("/api/renditions")).json();
    expect(size).toBe(listed.find((it: { name: string }) => it.name.includes("Shared")).bytes);
  });
});

test("the gallery shows one kind, opens the reel, and makes its before and after", async ({ page, request }) => {
  test.setTimeout(120_000);
  const { reel } = await ready(request, "Compared");
  await gotoHydrated(page, "/gallery");
  const cards = page.locator("article").filter({ hasText: "Compared" });
  await expect(cards.getByRole("link", { name: /^Open the reel/ })).toHaveAttribute("href", new RegExp(reel));
  await cards.getByRole("button", { name: /^Before and after/ }).click();
  await expect(toast(page, "is being made")).toBeVisible();
  await expect(cards).toHaveCount(2, { timeout: 60_000 });
  await cards.getByRole("button", { name: /^Before and after/ }).click();
  await expect(page.getByTestId("rendition-video")).toBeVisible();
  await page.keyboard.press("Escape");
  const show = page.getByRole("navigation", { name: "Show" });
  await show.getByRole("link", { name: "Games" }).click();
  await expect(cards).toHaveCount(0);
  await page.goBack();
  await expect(cards).toHaveCount(2);
});
