import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { exportOf, readyGame, readyReel, startExport } from "../steps";

test("Jobs keeps what is over until it is put away", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Over", recording.path);
  const reel = await readyReel(request, game, [1, 3]);
  const exported = await startExport(request, reel);
  await expect.poll(async () => (await exportOf(request, exported)).state, { timeout: 60_000 }).toBe("complete");

  // This browser sent neither; both are there all the same.
  await gotoHydrated(page, "/jobs");
  const over = page.getByRole("region", { name: "Finished" });
  const upload = over.getByRole("article").filter({ hasText: "Vs Over" }).filter({ hasText: ".mp4" });
  await expect(upload).toContainText("Done");
  await expect(upload.getByRole("link", { name: "Open game" })).toBeVisible();
  const { name } = await exportOf(request, exported);
  const row = over.getByRole("article").filter({ hasText: name }).filter({ hasText: "Reel" });
  await expect(row).toContainText("took");

  // By keyboard, one by one; the other tab of this list hears of it.
  const dismiss = row.getByRole("button", { name: "off the list" });
  await dismiss.focus();
  await page.keyboard.press("Enter");
  await expect(row).toHaveCount(0);
  await expect(upload).toBeVisible();
  await page.reload();
  await expect(upload).toBeVisible();
  await expect(row).toHaveCount(0);
  expect((await request.get("/api/renditions")).ok()).toBe(true);
  expect((await exportOf(request, exported)).rendition, "the file stays").toBeTruthy();

  // What other tests have left may end at any moment: only what is this test's is expected to go.
  await gotoHydrated(page, "/jobs");
  await over.getByRole("button", { name: "Clear list" }).click();
  await expect(upload).toHaveCount(0);
  await page.reload();
  await expect(page.getByText("Every upload and export")).toBeVisible();
  await expect(upload).toHaveCount(0);
});

test("the browser tells of an export's end when nobody looks", async ({ page, request }) => {
  // What is shown is kept, and the page is hidden when the test says so: a headless browser shows nothing and hides nothing.
  await page.addInitScript(() => {
    const state = window as unknown as { told: string[]; hidden: boolean };
    state.told = [];
    state.hidden = false;
    class Told extends EventTarget {
      static permission = "default";
      static requestPermission = async () => (Told.permission = "granted");
      onclick: unknown = null;
      constructor(title: string) {
        super();
        state.told.push(title);
      }
      close() {}
    }
    Object.assign(window, { Notification: Told });
    Object.defineProperty(document, "visibilityState", { get: () => (state.hidden ? "hidden" : "visible") });
  });
  const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told);
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Told", recording.path);
  const reel = await readyReel(request, game, [1, 3]);
  const ended = async () => {
    const exported = await startExport(request, reel);
    await expect.poll(async () => (await exportOf(request, exported)).state, { timeout: 60_000 }).toBe("complete");
  };

  await gotoHydrated(page, "/jobs");
  const notify = page.getByRole("button", { name: "Notify me" });
  await notify.click();
  await expect(page.getByRole("button", { name: "Notifications are on" })).toHaveAttribute("aria-pressed", "true");
  await ended();
  await expect(page.getByRole("status").filter({ hasText: "is ready" }).or(page.getByText(/is ready/)).first()).toBeVisible();
  expect(await told(), "who looks sees the toast").toEqual([]);
  await page.evaluate(() => ((window as unknown as { hidden: boolean }).hidden = true));
  await ended();
  await expect.poll(told).toHaveLength(1);
  expect((await told())[0]).toContain("is ready");
});

test("progress on screen is the row's, at most two seconds old, and never falls", async ({ page, request }) => {
  const recording = makeGame({ name: "progress", seconds: 14, size: "1280x720" });
  const game = await readyGame(request, "Progress", recording.path);
  const reel = await readyReel(request, game, [0, 12]);
  await gotoHydrated(page, "/jobs");
  const exported = await startExport(request, reel);
  const row = page.getByRole("article").filter({ hasText: "Vs Progress" }).filter({ hasText: "Reel" });
  const bar = row.getByRole("progressbar");
  const rows: { at: number; percent: number }[] = [];
  const shown: { at: number; percent: number }[] = [];
  await expect(bar).toBeVisible();
  // Who asks why it takes so long finds what happened so far.
  await row.getByText("Log", { exact: true }).click();
  await expect(row.locator("pre")).toContainText("Parts to render, with the sound: 2");
  await expect(row.locator("pre")).toContainText("Part 1: begun on");
  await expect
    .poll(
      async () => {
        const { state, done, total } = await exportOf(request, exported);
        rows.push({ at: Date.now(), percent: total > 0 ? Math.floor((done * 100) / total) : 0 });
        const now = await bar.getAttribute("aria-valuenow");
        shown.push({ at: Date.now(), percent: Number(now) });
        return state;
      },
      { timeout: 120_000, intervals: [200] },
    )
    .toBe("complete");
  await expect(row).toContainText("Done");
  await expect(bar).toHaveAttribute("aria-valuenow", "100");
  expect(new Set(shown.map((seen) => seen.percent)).size, "it moved").toBeGreaterThan(3);
  for (const [index, { at, percent }] of shown.entries()) {
    if (index > 0) expect(percent).toBeGreaterThanOrEqual(shown[index - 1]!.percent);
    const old = rows.filter((known) => known.at <= at - 2_000).map((known) => known.percent);
    // A busy machine shares its processors with the renderer: a percent of rounding, no more.
    expect(percent, `shown at ${at}`).toBeGreaterThanOrEqual(Math.max(0, ...old) - 1);
  }
});

test("without a socket, Jobs follows all the same", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Poll", recording.path);
  const reel = await readyReel(request, game, [1, 3]);
  // As behind a proxy that lets no socket through.
  await page.addInitScript(() => {
    const state = window as unknown as { refused: number };
    state.refused = 0;
    window.WebSocket = class {
      constructor() {
        state.refused += 1;
        throw new DOMException("no sockets here", "SecurityError");
      }
    } as unknown as typeof WebSocket;
  });
  await gotoHydrated(page, "/jobs");
  await expect.poll(() => page.evaluate(() => (window as unknown as { refused: number }).refused)).toBeGreaterThan(0);
  const exported = await startExport(request, reel);
  const row = page.getByRole("article").filter({ hasText: "Vs Poll" }).filter({ hasText: "Reel" });
  await expect(row).toBeVisible({ timeout: 15_000 });
  await expect(row).toContainText("Done", { timeout: 60_000 });
  expect((await exportOf(request, exported)).state).toBe("complete");
});

test("what happens elsewhere takes no focus and closes nothing", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Focused", recording.path);

  await gotoHydrated(page, "/jobs");
  const dismiss = page.getByRole("button", { name: "Take Vs Focused" });
  await dismiss.focus();
  await readyGame(request, "Elsewhere", recording.path);
  await expect(page.getByRole("article").filter({ hasText: "Vs Elsewhere" })).toBeVisible();
  await expect(dismiss).toBeFocused();

  // Half a word in a dialog of the library stays while another game arrives.
  await gotoHydrated(page, "/");
  const card = page.getByRole("article").filter({ hasText: "Vs Focused" }).last();
  await card.getByLabel("More for Vs Focused").click();
  await page.getByText("Edit details").locator("visible=true").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Opponent").fill("Focused and ren");
  await request.post("/api/games", { data: { opponent: "Third", played_on: "2026-11-15", venue: "home" } });
  await expect(page.getByText("Vs Third").first()).toBeAttached();
  await expect(dialog.getByLabel("Opponent")).toHaveValue("Focused and ren");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: /Focused and ren/ }).first()).toBeVisible();
  expect((await request.get(`/api/games/${game.id}`)).ok()).toBe(true);
});
