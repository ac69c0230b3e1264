import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { exportOf, readyGame, readyReel } from "../steps";

test("a reel is exported as it is wanted, and says before what comes of it", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Settings", recording.path);
  const reel = await readyReel(request, game, [1, 4]);
  await gotoHydrated(page, `/reels/${reel}?step=export`);
  const panel = page.getByRole("region", { name: "Export settings" });
  const fact = (name: string) => panel.locator("dl > div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd");
  const size = panel.getByLabel("Size", { exact: true });
  await expect(size.locator("option:checked")).toHaveText("1080 × 1920");
  await expect(panel.getByLabel("Frame rate").locator("option:checked")).toHaveText("As recorded, 30");
  const usual = await fact("File size").textContent();
  expect(usual).toMatch(/^about \d/);

  await size.focus();
  await page.keyboard.type("720");
  await expect(size.locator("option:checked")).toHaveText("720 × 1280");
  await panel.getByLabel("Quality").selectOption("Smaller file");
  await panel.getByLabel("Frame rate").selectOption("60");
  await expect(fact("File size")).not.toHaveText(usual!);

  await panel.getByRole("button", { name: "Export reel" }).click();
  const listed = async () => (await (await request.get("/api/exports/recent?hours=1")).json()).find((it: { reel: string }) => it.reel === reel);
  await expect.poll(async () => (await listed())?.state, { timeout: 60_000 }).toBe("complete");
  const done = await exportOf(request, (await listed()).id);
  expect(done.total).toBe(180);
  const file = (await (await request.get("/api/renditions")).json()).find((it: { id: string }) => it.id === done.rendition);
  expect([file.width, file.height]).toEqual([720, 1280]);

  // The next one begins with the same choice, and knows by now how long it takes.
  await gotoHydrated(page, `/reels/${reel}?step=export`);
  await expect(size.locator("option:checked")).toHaveText("720 × 1280");
  await expect(panel.getByLabel("Frame rate").locator("option:checked")).toHaveText("60");
  await expect(fact("Ready in")).toHaveText(/^about \d+ (s|min)$/);
});
