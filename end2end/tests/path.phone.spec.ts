import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { probe } from "../marker";
import { readyGame } from "../steps";
import type { Locator, Page } from "@playwright/test";

/** One finger from the middle of something, by so many pixels. */
async function swipe(page: Page, place: Locator, dx: number, dy: number): Promise<void> {
  const box = (await place.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", [{ x, y }]);
  for (let part = 1; part <= 5; part++) await touch("touchMove", [{ x: x + (dx * part) / 5, y: y + (dy * part) / 5 }]);
  await touch("touchEnd", []);
}

test("from a clip to a 9:16 file with a spotlight, with fingers alone", async ({ page, request }) => {
  test.setTimeout(180_000);
  const recording = makeGame({ name: "moving", seconds: 9, size: "1280x720", moving: true });
  const game = await readyGame(request, "Fingers alone", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  const lane = page.locator(".lane--video");
  const box = (await lane.boundingBox())!;
  await lane.tap({ position: { x: (box.width * 4) / 9, y: box.height / 2 } });
  await page.getByRole("group", { name: "Marking" }).getByRole("button", { name: /^New clip/ }).tap();
  await page.getByRole("form", { name: "Selected clip" }).getByRole("radio", { name: "Brilliant" }).tap();
  await expect.poll(async () => (await (await request.get("/api/reels")).json()).some((reel: { name: string }) => reel.name.includes("Fingers alone"))).toBe(true);
  await page.getByRole("link", { name: "Back to library" }).tap();
  await page.waitForURL(/\/$/);
  await page.getByRole("tab", { name: /Reels/ }).or(page.getByRole("link", { name: /^Reels/ })).first().tap();
  await page.waitForURL(/tab=reels/);
  await page.getByRole("link", { name: /Fingers alone.*Brilliant/ }).first().tap();
  await page.waitForURL(/\/reels\/[0-9a-f-]{36}/);
  const reel = page.url().match(/[0-9a-f-]{36}/)![0];
  const framing = async () => (await (await request.get(`/api/reels/${reel}`)).json()).clips[0].framing;

  await expect(page.getByTestId("crop-box")).toBeVisible();
  await swipe(page, page.getByTestId("crop-box"), -60, 0);
  await expect.poll(async () => (await framing()).crop.length).toBe(2);
  const steps = page.locator(".steps--phone");
  await steps.getByRole("link", { name: "Overlay" }).tap();
  await page.waitForURL(/step=overlay/);
  await page.getByRole("button", { name: /spotlight/i }).locator("visible=true").first().tap();
  await expect(page.getByTestId("spot-box")).toBeVisible();
  const spot = async () => (await framing()).spotlights?.[0]?.keys[0];
  await expect.poll(spot).toBeTruthy();
  const before = await spot();
  await swipe(page, page.getByTestId("spot-box"), 20, -40);
  await expect.poll(async () => (await spot()).y).toBeLessThan(before.y);
  await expect(page.locator(".save-state")).toContainText("Saved");
  await steps.getByRole("link", { name: "Export" }).tap();
  await page.waitForURL(/step=export/);
  await page.getByRole("button", { name: "Export reel" }).tap();
  await expect(page.getByTestId("freshness")).toHaveText("The reel is ready", { timeout: 90_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download reel" }).tap()]);
  expect(probe(await download.path())).toMatchObject({ width: 1080, height: 1920 });
});
