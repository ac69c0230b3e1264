import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { centre, frameOf, probe } from "../marker";
import { readyGame } from "../steps";
import type { Locator, Page } from "@playwright/test";

/** Goes on with Tab until the place has the focus. */
async function tabTo(page: Page, place: Locator): Promise<void> {
  await expect(place).toBeVisible();
  for (let n = 0; n < 150; n++) {
    if (await place.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("no Tab leads there");
}

async function enter(page: Page, place: Locator): Promise<void> {
  await tabTo(page, place);
  await page.keyboard.press("Enter");
}

test("from a clip to a 9:16 file with a spotlight, with keys alone", async ({ page, request }) => {
  test.setTimeout(180_000);
  const recording = makeGame({ name: "moving", seconds: 9, size: "1280x720", moving: true });
  const game = await readyGame(request, "Keys alone", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  await expect.poll(() => page.locator("video").first().evaluate((it: HTMLVideoElement) => it.readyState)).toBeGreaterThan(1);
  // A second of it, marked and rated with five stars: a reel of its own.
  for (const key of ["Shift+ArrowRight", "i", "Shift+ArrowRight", "Shift+ArrowRight", "o", "Digit5"]) await page.keyboard.press(key);
  await expect(page.locator(".save-state")).toContainText("Saved");
  await enter(page, page.getByRole("link", { name: "Back to library" }));
  await page.waitForURL(/\/$/);
  await enter(page, page.getByRole("tab", { name: /Reels/ }).or(page.getByRole("link", { name: /^Reels/ })).first());
  await page.waitForURL(/tab=reels/);
  await enter(page, page.getByRole("link", { name: /Keys alone.*Brilliant/ }).first());
  await page.waitForURL(/\/reels\/[0-9a-f-]{36}/);
  const reel = page.url().match(/[0-9a-f-]{36}/)![0];
  const framing = async () => (await (await request.get(`/api/reels/${reel}`)).json()).clips[0].framing;

  await tabTo(page, page.getByTestId("crop-box"));
  for (let n = 0; n < 12; n++) await page.keyboard.press("Shift+ArrowLeft");
  await expect.poll(async () => (await framing()).crop.map(({ x }: { x: number }) => x)).toEqual([520_000, 520_000]);
  await enter(page, page.getByRole("navigation", { name: "Steps" }).getByRole("link", { name: "Overlay" }).first());
  await page.waitForURL(/step=overlay/);
  await expect(page.getByTestId("result")).toBeVisible();
  await page.keyboard.press("e");
  await tabTo(page, page.getByTestId("spot-box"));
  for (let n = 0; n < 3; n++) await page.keyboard.press("Shift+ArrowUp");
  await enter(page, page.getByRole("radio", { name: "Colour fill" }));
  await enter(page, page.getByRole("radio", { name: "Yellow" }));
  await expect.poll(async () => (await framing()).spotlights?.[0]?.style).toBe("fill");
  await expect.poll(async () => (await framing()).spotlights[0].colour).not.toBe("#ffffff");
  await expect(page.locator(".save-state")).toContainText("Saved");
  const { spotlights } = await framing();

  await page.keyboard.press("Control+e");
  await page.waitForURL(/step=export/);
  await expect(page.getByRole("button", { name: "Export reel" })).toBeEnabled();
  await page.keyboard.press("Control+e");
  await expect(page.getByTestId("freshness")).toHaveText("The reel is ready", { timeout: 90_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), enter(page, page.getByRole("link", { name: "Download reel" }))]);
  const file = await download.path();
  expect(probe(file)).toMatchObject({ width: 1080, height: 1920, frames: 60 });
  // The spotlight is in it, where it was put: yellow over a grey picture.
  const { crop } = await framing();
  const h = crop[0].h / 1e3;
  const [left, top, scale] = [crop[0].x / 1e3 - (h * 9) / 32, crop[0].y / 1e3 - h / 2, 1920 / h];
  const [key] = spotlights[0].keys;
  const there = centre(frameOf(file, 30, 1080, 1920), (red, green, blue) => Math.min(red, green) - blue > 60);
  const said = { x: (key.x / 1e3 - left) * scale, y: (key.y / 1e3 - top) * scale };
  expect(Math.hypot(there.x - said.x, there.y - said.y), JSON.stringify([there, said, crop, spotlights])).toBeLessThan(12);
});
