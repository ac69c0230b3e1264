import { expect, test } from "../fixtures";

// Without JavaScript every page is complete in the HTML.
test("the library lists its games in the HTML", async ({ page, request }) => {
  const made = await request.post("/api/games", {
    data: { opponent: "Harbour City", played_on: "2026-11-21", venue: "away" },
  });
  expect(made.status()).toBe(201);
  await page.goto("/");
  await expect(page.getByRole("link", { name: "at Harbour City Nov 21" })).toBeVisible();
  await page.getByRole("link", { name: "at Harbour City Nov 21" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("at Harbour City");
});

test("every screen has its heading and its way on", async ({ page }) => {
  for (const path of ["/", "/games/new", "/reels/new", "/gallery", "/jobs", "/settings"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(200);
    await expect(page.locator("h1").first(), path).toBeAttached();
    await expect(page.locator("main"), path).toBeVisible();
  }
});

test("what is not there is a 404 that leads back", async ({ page }) => {
  const answer = await page.goto("/no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("link", { name: "Open the library" })).toBeVisible();
  const game = await page.goto("/games/0192f0c1-2345-7abc-8def-0123456789ab");
  expect(game?.status()).toBe(404);
});
