import { expect, gotoHydrated, test } from "../fixtures";

// A change in one tab shows in the other by itself.
test("a game added elsewhere appears", async ({ page, context }) => {
  await gotoHydrated(page, "/");
  const other = await context.newPage();
  await gotoHydrated(other, "/games/new");
  await other.getByLabel("Opponent").fill("Second Tab");
  await other.getByRole("button", { name: "Add game" }).click();
  await other.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("link", { name: /Second Tab/ }).first()).toBeVisible();
});

test("a game deleted through REST disappears", async ({ page, request }) => {
  const game = await (
    await request.post("/api/games", { data: { opponent: "Gone Rangers", played_on: "2026-10-01", venue: "home" } })
  ).json();
  await gotoHydrated(page, "/");
  await expect(page.getByRole("link", { name: /Gone Rangers/ }).first()).toBeVisible();
  expect((await request.delete(`/api/games/${game.id}`)).status()).toBe(204);
  await expect(page.getByRole("link", { name: /Gone Rangers/ })).toHaveCount(0);
});

test("an empty form says what is missing and writes nothing", async ({ page, request }) => {
  const before = (await (await request.get("/api/games")).json()).length;
  await gotoHydrated(page, "/games/new");
  await page.getByRole("button", { name: "Add game" }).click();
  await expect(page.getByText("Name the other team.")).toBeVisible();
  await expect(page.getByLabel("Opponent")).toHaveAttribute("aria-invalid", "true");
  expect((await (await request.get("/api/games")).json()).length).toBe(before);
});
