import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { readyGame, readyReel } from "../steps";

// At 390 x 844 nothing scrolls sideways, and what one needs is on the screen.
test("every screen fits a phone", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Millbrook", recording.path);
  const reel = await readyReel(request, game, [1, 4]);
  for (const path of ["/", "/?tab=reels", "/games/new", `/games/${game.id}`, "/reels/new", `/reels/${reel}?step=framing`, `/reels/${reel}?step=export`, "/gallery", "/jobs", "/settings", "/storage"]) {
    await gotoHydrated(page, path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
  }
});

test("a game is added with thumbs", async ({ page }) => {
  await gotoHydrated(page, "/");
  await page.getByRole("link", { name: /add game/i }).or(page.getByRole("link", { name: /choose a video/i })).first().tap();
  await page.waitForURL(/\/games\/new/);
  await page.getByLabel("Opponent").fill("Thumbs United");
  await page.getByRole("button", { name: "Add game" }).tap();
  await page.waitForURL(/\/games\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Thumbs United");
});

test("clips of a reel are ordered, removed and deleted with thumbs", async ({ page, request }) => {
  const recording = makeGame({ name: "small", seconds: 6, size: "640x360" });
  const game = await readyGame(request, "Thumbs", recording.path);
  const reel = await readyReel(request, game, [1, 4]);
  const clip = await (await request.post("/api/clips", { data: { video: game.video, start: 4_000_000, end: 5_000_000, name: "Second" } })).json();
  const { version } = await (await request.get(`/api/reels/${reel}`)).json();
  expect((await request.put(`/api/reels/${reel}`, { data: { version, add: [clip.id] } })).ok()).toBe(true);
  const titles = async () => (await (await request.get(`/api/reels/${reel}`)).json()).clips.map((place: { clip: { name: string } }) => place.clip.name);

  await gotoHydrated(page, `/reels/${reel}?step=framing`);
  await page.getByRole("button", { name: "Order of the clips" }).tap();
  const sheet = page.getByRole("dialog", { name: "Clips of this reel" });
  await sheet.getByRole("button", { name: "Move Second up" }).tap();
  await expect.poll(titles).toEqual(["Second", ""]);
  await sheet.getByRole("button", { name: "Remove Second" }).tap();
  await expect.poll(titles).toEqual([""]);
  await sheet.getByRole("button", { name: "Done" }).tap();

  await gotoHydrated(page, `/games/${game.id}`);
  await page.getByRole("option").filter({ hasText: "Second" }).tap();
  await page.getByRole("button", { name: "Delete clip" }).tap();
  await expect(page.getByRole("option")).toHaveCount(1);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).tap();
  await expect(page.getByRole("option").filter({ hasText: "Second" })).toHaveCount(1);
});

test("two fingers on the timeline look closer, and move nothing else", async ({ page, request }) => {
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Pinched", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  const lane = (await page.locator(".lane--video").boundingBox())!;
  await page.locator(".lane--video").tap({ position: { x: lane.width / 4, y: lane.height / 2 } });
  const clock = page.locator(".transport__clock");
  await expect(clock).toHaveText(/0:1[45]\./);
  const before = await clock.textContent();
  const shown = () => page.locator(".overview__window").evaluate((it) => parseFloat(getComputedStyle(it).getPropertyValue("--length")));
  expect(await shown()).toBe(100);
  const session = await page.context().newCDPSession(page);
  const y = lane.y + lane.height / 2;
  const middle = lane.x + lane.width / 2;
  const fingers = (apart: number) => [middle - apart / 2, middle + apart / 2].map((x, id) => ({ x, y, id }));
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number; id: number }[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", fingers(80).slice(0, 1));
  await touch("touchStart", fingers(80));
  for (let apart = 90; apart <= 160; apart += 10) await touch("touchMove", fingers(apart));
  await touch("touchEnd", []);
  await expect.poll(shown).toBeGreaterThan(45);
  expect(await shown()).toBeLessThan(55);
  await expect(clock, "the playhead stays").toHaveText(before!);

  // The same with the first finger on a clip, which stays where it is.
  const made = await (await request.post("/api/clips", { data: { video: game.video, start: 20e6, end: 40e6 } })).json();
  const bar = page.locator(".clip-bar").first();
  await bar.tap();
  await expect(bar).toHaveClass(/is-selected/);
  const on = (await bar.boundingBox())!;
  const held = { x: on.x + on.width / 2, y: on.y + on.height / 2, id: 0 };
  const closer = await shown();
  await touch("touchStart", [held]);
  await touch("touchMove", [{ ...held, x: held.x + 8 }]);
  await touch("touchStart", [{ ...held, x: held.x + 8 }, { x: held.x + 60, y, id: 1 }]);
  for (let apart = 60; apart <= 120; apart += 10) await touch("touchMove", [{ ...held, x: held.x + 8 }, { x: held.x + apart, y, id: 1 }]);
  await touch("touchEnd", []);
  await expect.poll(shown).toBeLessThan(closer * 0.8);
  const clips = await (await request.get(`/api/games/${game.id}/clips`)).json();
  expect([clips[0].start, clips[0].end, clips[0].version]).toEqual([made.start, made.end, made.version]);
});

test("twenty clips are marked, tagged and rated with thumbs", async ({ page, request }) => {
  test.setTimeout(120_000);
  const recording = makeGame({ name: "minute", seconds: 60, size: "640x360" });
  const game = await readyGame(request, "Twenty thumbs", recording.path);
  await gotoHydrated(page, `/games/${game.id}`);
  const marking = page.getByRole("group", { name: "Marking" });
  const lane = page.locator(".lane--video");
  const box = (await lane.boundingBox())!;
  const place = (second: number) => lane.tap({ position: { x: (box.width * second) / 60, y: box.height / 2 } });
  const tags = ["Goal", "Assist", "Dribble", "Tackle"];
  const ratings = ["Blunder", "Mistake", "Interesting", "Good", "Brilliant"];
  for (let n = 0; n < 20; n++) {
    await place(2 + n * 2.8);
    // Not the edges of the clip before: a new one.
    await marking.getByRole("button", { name: /^New clip/ }).tap();
    await expect(page.locator(".clip-row")).toHaveCount(n + 1);
    const form = page.getByRole("form", { name: "Selected clip" });
    await form.getByRole("radio", { name: ratings[n % 5] }).tap();
    if ((await page.getByRole("button", { name: "Show all of the clip" }).count()) > 0) await page.getByRole("button", { name: "Show all of the clip" }).tap();
    await form.getByRole("button", { name: tags[n % 4], exact: true }).tap();
    await page.getByRole("button", { name: "Show less of the clip" }).tap();
  }
  await expect.poll(async () => {
    const made = (await (await request.get(`/api/games/${game.id}/clips`)).json()) as { rating: number; tags: string[]; end: number }[];
    return made.sort((a, b) => a.end - b.end).map(({ rating, tags }) => `${rating} ${tags.join()}`);
  }).toEqual(Array.from({ length: 20 }, (_, n) => `${1 + (n % 5)} ${tags[n % 4]}`));

  // In and out.
  await place(30);
  await marking.getByRole("button", { name: /^In/ }).tap();
  await page.getByRole("button", { name: "Play" }).tap();
  await expect.poll(() => page.locator("video").first().evaluate((it: HTMLVideoElement) => it.currentTime)).toBeGreaterThan(30.8);
  await page.getByRole("button", { name: "Pause" }).tap();
  await marking.getByRole("button", { name: "Out" }).tap();
  await expect(page.locator(".clip-row")).toHaveCount(21);
});
