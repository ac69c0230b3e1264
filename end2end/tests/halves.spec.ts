import type { Page } from "@playwright/test";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";

// A game of two files: one clock, one list of clips, and every clip stays with the picture that it was marked in.

const time = (page: Page) => page.locator(".transport__time .time").first();
const total = (page: Page) => page.locator(".transport__time .time").last();

async function read(page: Page, path: string) {
  const answer = await page.request.get(path);
  expect(answer.ok()).toBe(true);
  return answer.json();
}

/** What the element plays: its own time and length, in seconds. */
const element = (page: Page) =>
  page.locator("video").first().evaluate((video: HTMLVideoElement) => ({ at: video.currentTime, length: video.duration, playing: !video.paused }));

test("two halves are one game", async ({ page }) => {
  test.setTimeout(120_000);
  const second = makeGame({ name: "half-10", seconds: 6, size: "640x360", rate: 25 });
  const first = makeGame({ name: "half-2", seconds: 8, size: "640x360", rate: 30 });

  // Chosen together, they stand in the order in which a camera counts.
  await gotoHydrated(page, "/games/new");
  await page.locator('input[type="file"]').first().setInputFiles([second.path, first.path]);
  await expect(page.locator(".drop__name")).toHaveText(["half-2.mp4", "half-10.mp4"]);
  await page.getByLabel("Opponent").fill("Two Halves");
  await page.getByRole("button", { name: "Add game" }).click();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  const path = `/api/games/${page.url().split("/").pop()}`;
  await expect(total(page)).toHaveText("/ 0:14", { timeout: 30_000 });
  await expect
    .poll(async () => (await read(page, path)).videos.map((video: { state: string }) => video.state), { timeout: 60_000 })
    .toEqual(["ready", "ready"]);
  const [one, two] = (await read(page, path)).videos;
  expect([one.file_name, two.file_name]).toEqual(["half-2.mp4", "half-10.mp4"]);

  // Ten seconds on the clock are two in the second half.
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(time(page)).toHaveText("0:10.00");
  await expect.poll(async () => (await element(page)).length).toBeCloseTo(6, 0);
  await expect.poll(async () => (await element(page)).at).toBeCloseTo(2, 1);

  // A clip lies within one video, and is stored in its time.
  await page.keyboard.press("n");
  await expect(page.getByRole("option")).toHaveCount(1);
  await expect(page.locator(".save-state")).toContainText("Saved");
  const [clip] = await read(page, `${path}/clips`);
  expect(clip).toMatchObject({ video: two.id, start: 0, end: 4_000_000 });

  // A break between the halves moves the clip on the clock, and not in its video.
  await page.getByRole("button", { name: "Videos of this game" }).click();
  const dialog = page.getByRole("dialog", { name: "Videos of this game" });
  await dialog.getByLabel("Seconds after the one before").fill("3");
  await dialog.getByLabel("Seconds after the one before").press("Enter");
  await expect(total(page)).toHaveText("/ 0:17");
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.getByRole("option").click();
  await expect(time(page)).toHaveText("0:11.00");
  await expect.poll(async () => (await element(page)).at).toBeLessThan(0.1);
  expect(await read(page, `${path}/clips`)).toEqual([clip]);
  await page.reload();
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await expect(total(page)).toHaveText("/ 0:17");

  // It plays over the break.
  await page.getByRole("option").click();
  for (const key of ["ArrowLeft", "Shift+ArrowRight"]) await page.keyboard.press(key);
  await expect(time(page)).toHaveText("0:07.00");
  await expect.poll(async () => (await element(page)).length).toBeCloseTo(8, 0);
  await page.keyboard.press("Space");
  await expect(time(page)).toHaveText(/^0:1[1-6]/, { timeout: 15_000 });
  await expect.poll(async () => (await element(page)).playing).toBe(true);
  await expect.poll(async () => (await element(page)).at).toBeGreaterThan(0.5);
  await page.keyboard.press("Space");

  // Their order can be changed, and one can be taken away with what was marked in it.
  await page.getByRole("button", { name: "Videos of this game" }).click();
  await dialog.getByRole("button", { name: "Move half-10.mp4 up" }).click();
  await expect.poll(async () => (await read(page, path)).videos.map((video: { id: string }) => video.id)).toEqual([two.id, one.id]);
  await dialog.getByRole("button", { name: "Remove half-10.mp4" }).click();
  const question = page.getByRole("dialog", { name: "Remove half-10.mp4?" });
  await expect(question).toContainText("and the clip that was marked in it");
  await question.getByRole("button", { name: "Remove video" }).click();
  await expect(page.getByRole("option")).toHaveCount(0);
  await expect(dialog.getByRole("listitem")).toHaveCount(1);
  expect((await read(page, path)).videos).toHaveLength(1);
});

test("a half that is dropped on its game is added to it", async ({ page }) => {
  const half = makeGame({ name: "half-2", seconds: 8, size: "640x360", rate: 30 });
  const made = await page.request.post("/api/games", { data: { opponent: "Dropped", played_on: "2026-11-14", venue: "home" } });
  const { id } = await made.json();
  await gotoHydrated(page, `/games/${id}`);
  const bytes = (await import("node:fs")).readFileSync(half.path).toString("base64");
  const data = await page.evaluateHandle((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "late.mp4", { type: "video/mp4" }));
    return transfer;
  }, bytes);
  await page.dispatchEvent(".timeline", "drop", { dataTransfer: data });
  await expect
    .poll(async () => (await read(page, `/api/games/${id}`)).videos.map((video: { file_name: string; state: string }) => `${video.file_name} ${video.state}`), { timeout: 30_000 })
    .toEqual(["late.mp4 ready"]);
  expect(new URL(page.url()).pathname).toBe(`/games/${id}`);
});
