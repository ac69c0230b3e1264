import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { Server } from "../server";
import { exportOf, readyGame, readyReel, startExport } from "../steps";
import { request as newRequest } from "@playwright/test";

// The page hears that its server is gone.
test.use({ expectedErrors: /net::ERR_CONNECTION_|WebSocket/ });

// A power cut in the middle of an export: it goes on by itself, and what was rendered is not rendered again.
test("an export survives the server's death", async ({ page }) => {
  test.setTimeout(240_000);
  const server = await Server.start();
  const request = await newRequest.newContext({ baseURL: server.url });
  try {
    await gotoHydrated(page, `${server.url}/jobs`);
    await expect(page.getByText("Nothing is running")).toBeVisible();
    const recording = makeGame({ name: "long", seconds: 24, size: "1280x720", rate: 30 });
    const game = await readyGame(request, "Kestrels", recording.path);
    const reel = await readyReel(request, game, [0, 22], "1:1");
    const id = await startExport(request, reel);
    await expect.poll(async () => (await exportOf(request, id)).done, { timeout: 60_000 }).toBeGreaterThan(30);

    await server.restart();
    const after = await exportOf(request, id);
    expect(["pending", "processing"]).toContain(after.state);
    await expect.poll(async () => (await exportOf(request, id)).state, { timeout: 150_000 }).toBe("complete");
    const finished = await exportOf(request, id);
    // A restart is nobody's failure: an attempt that had come further is not charged.
    expect(finished.attempt).toBe(1);
    expect(finished.total).toBe(660);
  } finally {
    await request.dispose();
    await server.remove();
  }
});
