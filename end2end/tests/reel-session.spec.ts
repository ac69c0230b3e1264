// What was done in a reel's editor arrives, once, whatever happens to the network, the page or the session meanwhile.
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { Server } from "../server";
import { movingReel as aReel, readyGame, readyReel } from "../steps";
import type { APIRequestContext, Page, Route } from "@playwright/test";

interface Place {
  id: string;
  clip: { id: string };
  framing: { crop?: { x: number }[]; segments: unknown[] };
}

const placesOf = async (request: APIRequestContext, reel: string): Promise<Place[]> => (await (await request.get(`/api/reels/${reel}`)).json()).clips;
const across = (page: Page) => page.getByRole("textbox", { name: "Across, exact" });
const rows = (page: Page) => page.getByRole("complementary", { name: "Clips of this reel" }).locator(".reel-row");
const state = (page: Page) => page.locator(".save-state");
const lost = async (route: Route) => {
  await route.fetch();
  await route.abort();
};

async function open(page: Page, reel: string): Promise<void> {
  await gotoHydrated(page, `/reels/${reel}`);
  await expect(page.getByTestId("crop-box")).toBeVisible();
}

/** Moves the crop to the left; answers where it is. */
async function nudge(page: Page): Promise<string> {
  const before = await across(page).inputValue();
  await page.getByTestId("crop-box").press("Shift+ArrowLeft");
  await expect(across(page)).not.toHaveValue(before);
  return across(page).inputValue();
}

async function press(page: Page, key: string): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press(key);
}

test.use({ expectedErrors: /ERR_FAILED|409|401|404/ });

test("what has no answer is there after a reload, arrives once, and can be undone", async ({ page, request }) => {
  test.setTimeout(120_000);
  const reel = await aReel(request, "Unanswered", [[1, 4], [5, 8]]);
  await open(page, reel);
  page.on("dialog", (dialog) => void dialog.accept());
  // The server takes a second copy of the clip, and a crop, but nobody hears of it.
  await page.route("**/_fn/reels/update", lost);
  await press(page, "Control+d");
  await expect.poll(async () => (await placesOf(request, reel)).length).toBe(3);
  await expect(state(page)).toHaveText("Not saved yet, trying again");
  await page.unroute("**/_fn/reels/update");
  await expect(rows(page)).toHaveCount(3, { timeout: 15_000 });
  await expect(state(page)).toHaveText("Saved");
  await page.route("**/_fn/reels/framing", lost);
  const first = await nudge(page);
  await expect.poll(async () => (await placesOf(request, reel))[1]!.framing.crop?.length).toBe(2);
  const mine = await nudge(page);
  expect(mine).not.toBe(first);
  await open(page, reel);
  await expect(state(page)).toHaveText("Not saved yet, trying again");
  await rows(page).nth(1).click();
  await expect(across(page)).toHaveValue(mine);
  await page.unroute("**/_fn/reels/framing");
  await expect(state(page)).toHaveText("Saved", { timeout: 20_000 });
  await expect(page.getByRole("alert").filter({ hasText: "edited somewhere else" })).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("unsaved")))).toEqual([]);
  const places = await placesOf(request, reel);
  expect(places.map(({ clip }) => clip.id)).toEqual([places[0]!.clip.id, places[0]!.clip.id, places[2]!.clip.id]);
  const x = places[1]!.framing.crop![0]!.x;
  // Undone: the crop, then the copy.
  await press(page, "Control+z");
  await expect.poll(async () => (await placesOf(request, reel))[1]!.framing.crop?.[0]?.x).not.toBe(x);
  await press(page, "Control+z");
  await press(page, "Control+z");
  await expect.poll(async () => (await placesOf(request, reel)).length).toBe(2);
});

test("a clip that is removed and brought back without a network stands where it stood, once, framed as it was", async ({ page, request }) => {
  const reel = await aReel(request, "Back", [[1, 4], [5, 8]]);
  await open(page, reel);
  await nudge(page);
  await expect(state(page)).toHaveText("Saved");
  const before = await placesOf(request, reel);
  expect(before[0]!.framing.crop).toHaveLength(2);
  // Once while the removal never gets to the server, and once while its answer does not come back.
  for (const fate of [(route: Route) => route.abort(), lost]) {
    await page.route("**/_fn/reels/update", fate);
    await rows(page).first().press("Delete");
    await expect(rows(page)).toHaveCount(1);
    await expect(state(page)).toHaveText("Not saved yet, trying again");
    await press(page, "Control+z");
    await page.unroute("**/_fn/reels/update");
    await expect(rows(page)).toHaveCount(2, { timeout: 20_000 });
    await expect(state(page)).toHaveText("Saved", { timeout: 20_000 });
    const now = await placesOf(request, reel);
    expect(now.map(({ clip, framing }) => ({ clip: clip.id, crop: framing.crop }))).toEqual(before.map(({ clip, framing }) => ({ clip: clip.id, crop: framing.crop })));
  }
});

test("one change here and one elsewhere are both kept, though the answer to the first was lost or it was undone", async ({ page, request }) => {
  test.setTimeout(120_000);
  const reel = await aReel(request, "Both", [[1, 4]]);
  await open(page, reel);
  const key = async () => (await placesOf(request, reel))[0]!.framing.crop?.[0]?.x;
  // Undone after it was sent, before anybody knows whether it arrived.
  await page.route("**/_fn/reels/framing", lost);
  await nudge(page);
  await expect.poll(key).toBeDefined();
  await press(page, "Control+z");
  const start = await across(page).inputValue();
  await page.unroute("**/_fn/reels/framing");
  await expect(state(page)).toHaveText("Saved", { timeout: 20_000 });
  await expect.poll(key).toBeUndefined();
  await expect(across(page)).toHaveValue(start);
  // A single step here that meets another from elsewhere.
  await page.route("**/_fn/reels/framing", (route) => route.abort());
  const mine = await nudge(page);
  await expect(state(page)).toHaveText("Not saved yet, trying again");
  const { id, version } = (await (await request.get(`/api/reels/${reel}`)).json()).clips[0];
  const theirs = { crop: [{ at: 1_000_000, x: 800_000, y: 360_000, h: 500_000 }] };
  expect((await request.put(`/api/reel-clips/${id}/framing`, { data: { version, framing: theirs } })).ok()).toBe(true);
  const banner = page.getByRole("alert").filter({ hasText: "edited somewhere else" });
  await expect(banner).toBeVisible({ timeout: 20_000 });
  await page.unroute("**/_fn/reels/framing");
  // The question is there after a reload, too.
  page.on("dialog", (dialog) => void dialog.accept());
  await open(page, reel);
  await expect(across(page)).not.toHaveValue(mine);
  await banner.getByRole("button", { name: "Use mine" }).click();
  await expect(across(page)).toHaveValue(mine);
  await expect(state(page)).toHaveText("Saved", { timeout: 20_000 });
  await expect.poll(key).not.toBe(800_000);
});

test("the page that comes again goes on with what the one that was left could not send", async ({ page, request }) => {
  const reel = await aReel(request, "Left", [[1, 4]]);
  await open(page, reel);
  await page.route("**/_fn/reels/framing", (route) => route.abort());
  const mine = await nudge(page);
  await expect(state(page)).toHaveText("Not saved yet, trying again");
  await page.getByRole("link", { name: "Back to library" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/reels/"));
  await page.goBack();
  await expect(across(page)).toHaveValue(mine);
  await expect(state(page)).toHaveText("Not saved yet, trying again");
  const then = await nudge(page);
  await page.unroute("**/_fn/reels/framing");
  await expect(state(page)).toHaveText("Saved", { timeout: 20_000 });
  await expect(across(page)).toHaveValue(then);
  const { framing } = (await placesOf(request, reel))[0]!;
  await gotoHydrated(page, `/reels/${reel}`);
  await expect(across(page)).toHaveValue(then);
  expect(framing.crop).toHaveLength(2);
});

test("what is done by somebody whose session ended waits until they sign in again", async ({ browser, playwright }) => {
  test.setTimeout(120_000);
  const server = await Server.start({ TOUCHLINE_PASSWORD: "a long enough password" });
  try {
    const signIn = async (page: Page) => {
      await page.goto(`${server.url}/login`);
      await page.getByLabel("Password").fill("a long enough password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL((url) => url.pathname === "/");
    };
    const context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();
    await signIn(page);
    const request = await playwright.request.newContext({ baseURL: server.url, storageState: await context.storageState() });
    const recording = makeGame({ name: "moving", seconds: 9, size: "1280x720", moving: true });
    const reel = await readyReel(request, await readyGame(request, "Signed out", recording.path), [1, 4]);
    await open(page, reel);
    await context.clearCookies();
    const mine = await nudge(page);
    await expect(page.getByText("You are signed out. Sign in again in another tab: what you did here waits for it.")).toBeVisible();
    await expect(across(page)).toHaveValue(mine);
    expect((await placesOf(request, reel))[0]!.framing.crop ?? []).toEqual([]);
    await signIn(await context.newPage());
    await expect(state(page)).toHaveText("Saved", { timeout: 30_000 });
    await expect(across(page)).toHaveValue(mine);
    expect((await placesOf(request, reel))[0]!.framing.crop).toHaveLength(2);
    await request.dispose();
    await context.close();
  } finally {
    await server.remove();
  }
});

test("what is done to a reel that went to the trash meanwhile waits for it", async ({ page, request }) => {
  const reel = await aReel(request, "Trashed", [[1, 4]]);
  await open(page, reel);
  await page.route("**/_fn/reels/framing", (route) => route.abort());
  const mine = await nudge(page);
  await expect(state(page)).toHaveText("Not saved yet, trying again");
  expect((await request.delete(`/api/reels/${reel}`)).ok()).toBe(true);
  await page.unroute("**/_fn/reels/framing");
  await expect(page.getByText("This reel is not there any more.")).toBeVisible({ timeout: 20_000 });
  await expect(across(page)).toHaveValue(mine);
  expect((await request.post(`/api/trash/reel/${reel}/restore`)).ok()).toBe(true);
  await expect(state(page)).toHaveText("Saved", { timeout: 20_000 });
  await expect(across(page)).toHaveValue(mine);
  expect((await placesOf(request, reel))[0]!.framing.crop).toHaveLength(2);
});
