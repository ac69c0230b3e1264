import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { exportOf, readyGame, readyReel, startExport } from "../steps";

// A file is offered as what it is: the reel, an older state of it, or gone.
test("an export says whether the reel was changed since", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Changed", recording.path);
  const reel = await readyReel(request, game, [1, 3]);
  const exported = await startExport(request, reel, { size: "small", quality: "compact" });
  await expect.poll(async () => (await exportOf(request, exported)).state, { timeout: 60_000 }).toBe("complete");

  const step = `/reels/${reel}?step=export`;
  await gotoHydrated(page, step);
  const freshness = page.getByTestId("freshness");
  await expect(freshness).toHaveText("The reel is ready");
  await expect(page.getByRole("link", { name: "Download reel" })).toBeVisible();

  // Opened again and again, the page is alive each time.
  for (let load = 0; load < 6; load++) {
    await gotoHydrated(page, step);
    await expect(page.getByTestId("rendition")).toBeVisible();
  }

  // Changed in another tab, the page says so by itself.
  const [place] = (await (await request.get(`/api/reels/${reel}`)).json()).clips;
  const slow = { segments: [{ start: 1_000_000, end: 3_000_000, speed: 50 }] };
  expect((await request.put(`/api/reel-clips/${place.id}/framing`, { data: { version: place.version, framing: slow } })).ok()).toBe(true);
  await expect(freshness).toContainText("Changed since this export");
  await expect(page.getByRole("link", { name: "Download as it was" })).toBeVisible();

  const { rendition } = await exportOf(request, exported);
  expect((await request.delete(`/api/renditions/${rendition}`)).ok()).toBe(true);
  await gotoHydrated(page, step);
  await expect(freshness).toHaveText("The file of the last export was deleted");
  await page.getByRole("button", { name: "Export again" }).click();
  await expect(freshness).toHaveText("The reel is ready", { timeout: 60_000 });
});

test("what is no game is not found", async ({ request }) => {
  for (const id of ["nonsense", "0192f0c1-2345-7abc-8def-0123456789ab"]) {
    for (const page of ["games", "reels"]) expect((await request.get(`/${page}/${id}`)).status(), `${page} ${id}`).toBe(404);
  }
});
