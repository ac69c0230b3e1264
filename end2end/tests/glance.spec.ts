import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { addGame, readyGame, readyReel } from "../steps";

/** Where each cell of a film is cut from its sheet, and how large the sheet is in pixels. */
function film(page: import("@playwright/test").Page) {
  return page.locator(".film__picture").evaluateAll(async (cells) => {
    const styles = cells.map((cell) => getComputedStyle(cell));
    const url = styles[0]?.backgroundImage.match(/url\("(.*)"\)/)?.[1];
    const sheet = new Image();
    sheet.src = url ?? "";
    await sheet.decode();
    return { width: sheet.naturalWidth, height: sheet.naturalHeight, places: styles.map((style) => style.backgroundPosition) };
  });
}

test("a timeline shows the game at a glance", async ({ page, request }) => {
  const recording = makeGame({ name: "glance", seconds: 12, size: "640x360" });
  await addGame(page, "Glance", recording.path);
  // It can be played before; pictures and sound come while the page is open.
  await expect(page.locator(".lane--video .film__cell").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.locator(".lane--audio .waveform path")).toHaveAttribute("d", /M\d/, { timeout: 60_000 });
  const whole = await film(page);
  expect([whole.width, whole.height]).toEqual([12 * 128, 72]);
  expect(whole.places.length).toBeGreaterThan(5);
  expect(new Set(whole.places).size, "different moments look different").toBeGreaterThan(5);
  // Closer, pictures are of less time.
  const strokes = (await page.locator(".waveform path").getAttribute("d"))!.split("M").length - 1;
  expect(strokes).toBeGreaterThan(500);
  for (let i = 0; i < 6; i++) await page.getByRole("button", { name: "Zoom in" }).click();
  const close = await film(page);
  expect(new Set(close.places).size).toBeLessThan(new Set(whole.places).size);

  const game = await readyGame(request, "Framed", recording.path);
  const reel = await readyReel(request, game, [4, 8]);
  // They come while this page is on its way: what is said before it listens is heard all the same.
  await gotoHydrated(page, `/reels/${reel}`);
  await expect(page.locator(".lane--video .film__cell").first()).toBeVisible({ timeout: 60_000 });
  const clip = await film(page);
  expect(new Set(clip.places).size, "the seconds of the clip only").toBeLessThanOrEqual(5);
});
