import { request as newRequest } from "@playwright/test";
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { expect, gotoHydrated, test } from "../fixtures";
import { atMost, writeFigures } from "../figures";
import { makeGame } from "../footage";
import { Proxy } from "../proxy";
import { Server } from "../server";

test.use({ expectedErrors: /Failed to load resource|net::ERR/ });

const gigabyte = 1e9;

test("six gigabytes arrive whole, in little memory", async ({ page }, info) => {
  test.setTimeout(15 * 60_000);
  // A hole with a few bytes in it; no video, so that reading it fails at the end: all that counts has happened by then.
  const size = 6 * gigabyte + 12_345;
  const marks = [0, 16 * 1024 * 1024 - 2, 4_294_967_294, size - 4];
  const path = info.outputPath("match.mp4");
  const file = openSync(path, "w");
  ftruncateSync(file, size);
  for (const at of marks) writeSync(file, "mark", at);
  closeSync(file);
  const server = await Server.start();
  const request = await newRequest.newContext({ baseURL: server.url });
  try {
    await gotoHydrated(page, `${server.url}/games/new`);
    await page.locator('input[type="file"]').first().setInputFiles(path);
    await page.getByLabel("Opponent").fill("Six gigabytes");
    const idle = server.memory().now;
    const since = Date.now();
    await page.getByRole("button", { name: "Add game" }).click();
    await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
    const game = page.url().split("/").pop()!;
    const bar = page.getByRole("region", { name: "Uploads and exports" }).getByRole("progressbar").first();
    let last = 0;
    await expect
      .poll(
        async () => {
          const shown = Number(await bar.getAttribute("aria-valuenow").catch(() => last));
          expect(shown, "progress never falls").toBeGreaterThanOrEqual(last);
          last = shown;
          return (await (await request.get(`/api/games/${game}`)).json()).videos[0]?.state;
        },
        { timeout: 12 * 60_000, intervals: [500] },
      )
      .toBe("error");
    const seconds = (Date.now() - since) / 1000;
    const [video] = (await (await request.get(`/api/games/${game}`)).json()).videos;
    for (const at of marks) {
      const answer = await request.get(`/media/videos/${video.id}`, { headers: { range: `bytes=${at}-${at + 3}` } });
      expect([answer.status(), await answer.text(), answer.headers()["content-range"]]).toEqual([
        206,
        "mark",
        `bytes ${at}-${at + 3}/${size}`,
      ]);
    }
    const figures = [
      atMost("server memory, growth over 6 GB from a browser", server.memory().most - idle, "MB", 64),
      { name: "6 GB from a browser", value: size / 1e6 / seconds, unit: "MB/s", floor: null, ratio: null, goal: null, met: null },
    ];
    writeFigures("upload-6gb", figures);
    expect(figures[0].met, figures[0].name).toBe(true);
  } finally {
    await request.dispose();
    await server.remove();
    rmSync(path, { force: true });
  }
});

test("a part that stands still is sent again", async ({ page }) => {
  test.setTimeout(3 * 60_000);
  const proxy = await Proxy.start();
  const server = await Server.start({ TOUCHLINE_STORAGE__PUBLIC_URL: proxy.url });
  proxy.to(server.url);
  const request = await newRequest.newContext({ baseURL: server.url });
  try {
    proxy.faults = new Map([[1, [{ stall: true }]]]);
    const recording = makeGame({ name: "match", seconds: 4, size: "1280x720", rate: 30, noisy: true });
    await gotoHydrated(page, `${server.url}/games/new`);
    await page.locator('input[type="file"]').first().setInputFiles(recording.path);
    await page.getByLabel("Opponent").fill("Stall");
    await page.getByRole("button", { name: "Add game" }).click();
    await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
    const game = page.url().split("/").pop()!;
    const state = async () => (await (await request.get(`/api/games/${game}`)).json()).videos[0]?.state;
    await expect.poll(state, { timeout: 120_000 }).toBe("ready");
    expect(proxy.puts.filter((number) => number === 1).length).toBe(2);
  } finally {
    await request.dispose();
    await server.remove();
    await proxy.close();
  }
});
