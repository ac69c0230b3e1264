import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { exportOf, readyGame, readyReel, startExport } from "../steps";

/** What axe-core calls serious or critical, with where it is. */
async function faults(page: Page, axe = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])): Promise<string[]> {
  const { violations } = await axe.analyze();
  const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return bad.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`));
}

test.use({ colorScheme: "dark", expectedErrors: /404/ });

test("axe-core finds nothing serious on any screen", async ({ page, request }) => {
  test.setTimeout(180_000);
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Axe", recording.path);
  const reel = await readyReel(request, game, [10, 14]);
  const second = { video: game.video, start: 12e6, end: 20e6, rating: 2, tags: ["Goal"], players: "#7 Bo", notes: "Low finish" };
  expect((await request.post("/api/clips", { data: second })).ok()).toBe(true);
  const exported = await startExport(request, reel, { size: "small", quality: "compact" });
  await expect.poll(async () => (await exportOf(request, exported)).state, { timeout: 60_000 }).toBe("complete");
  const found: Record<string, string[]> = {};
  const look = async (name: string) => {
    const bad = await faults(page);
    // The light theme has other colours and nothing else.
    await page.emulateMedia({ colorScheme: "light" });
    const light = await faults(page, new AxeBuilder({ page }).withRules("color-contrast"));
    await page.emulateMedia({ colorScheme: "dark" });
    if (bad.length + light.length > 0) found[name] = [...bad, ...light.map((fault) => `light: ${fault}`)];
  };
  const screens = [
    ["library", "/"],
    ["library searched", "/?q=low+finish"],
    ["reels", "/?tab=reels"],
    ["add game", "/games/new"],
    ["new reel", "/reels/new"],
    ["framing", `/reels/${reel}?step=framing`],
    ["export", `/reels/${reel}?step=export`],
    ["gallery", "/gallery"],
    ["jobs", "/jobs"],
    ["settings", "/settings"],
    ["storage", "/storage"],
    ["login", "/login"],
    ["not found", "/nowhere"],
  ] as const;
  for (const [name, path] of screens) {
    await gotoHydrated(page, path);
    if (name === "settings") await page.getByText("Change keys").click();
    await look(name);
  }
  await page.goto("/settings");
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
  await page.getByRole("button", { name: /^Goal ?\. Change$/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("a tag");
  await gotoHydrated(page, `/reels/${reel}?step=overlay`);
  await expect(page.getByRole("button", { name: "Spotlight", exact: true })).toBeEnabled();
  await look("overlay");
  await page.keyboard.press("t");
  await expect(page.getByRole("textbox", { name: "Text" })).toBeVisible();
  await look("overlay, a text");
  await page.keyboard.press("e");
  await expect(page.getByTestId("spot-box")).toBeVisible();
  await look("overlay, a spotlight");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await look("overlay, keys");
  await gotoHydrated(page, `/games/${game.id}`);
  await look("annotate");
  await page.locator(".clip-row").first().click();
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  await look("annotate, a clip and the search");
  await page.keyboard.press("ControlOrMeta+a");
  await look("annotate, several clips");
  for (const [name, button] of [
    ["keys", "Keys"],
    ["videos", "Videos of this game"],
    ["exchange", "Import or export clips"],
    ["export of the game", "Export this game"],
  ] as const) {
    await page.getByRole("button", { name: button, exact: true }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await look(`dialog: ${name}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  expect(found).toEqual({});
});
