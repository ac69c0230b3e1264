// What somebody sets up for all their games: tags, players; what they hold here, and the first steps. On a server of its own: these
// are of the whole account.
import { request as requests, type APIRequestContext } from "@playwright/test";
import { readFileSync } from "node:fs";
import { expect, gotoHydrated, test } from "../fixtures";
import { makeGame } from "../footage";
import { Server } from "../server";
import { readyGame } from "../steps";

let server: Server;
let request: APIRequestContext;

test.beforeAll(async () => {
  server = await Server.start();
  request = await requests.newContext({ baseURL: server.url });
});

test.afterAll(async () => {
  await request.dispose();
  await server.remove();
});

const minute = () => makeGame({ name: "minute", seconds: 60, size: "640x360" }).path;
const preferences = async () => (await request.get("/api/preferences")).json();

test("a tag of one's own has a key, a reach and a colour, in every tab at once", async ({ page, context }) => {
  const game = await readyGame(request, "Pressing", minute());
  await gotoHydrated(page, `${server.url}/games/${game.id}`);
  const settings = await context.newPage();
  await gotoHydrated(settings, `${server.url}/settings`);
  const tags = settings.getByRole("group", { name: "Tags of this sport" });
  await settings.getByRole("button", { name: "Add tag" }).press("Enter");
  const dialog = settings.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await settings.keyboard.type("goal");
  await settings.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toHaveText("There is a tag goal already.");
  await dialog.getByLabel("Name").fill("High press");
  await dialog.getByLabel("Group").fill("Pressing");
  await dialog.getByLabel("Key").selectOption("G (now Goal)");
  await dialog.getByLabel("Seconds before").fill("12");
  await dialog.getByLabel("Seconds after").fill("3");
  await dialog.getByRole("radio", { name: "Teal" }).check();
  await dialog.getByRole("button", { name: "Add tag" }).click();
  await expect(dialog).toBeHidden();
  await expect(tags.getByRole("button", { name: /^High press ?\. Change$/ })).toContainText("G");
  await expect(tags.getByRole("button", { name: /^Goal ?\. Change$/ }).locator("kbd")).toHaveCount(0);

  // The game that was open all the time knows it.
  await page.bringToFront();
  for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight");
  await expect(async () => {
    await page.keyboard.press("g");
    await expect(page.getByRole("form", { name: "Selected clip" }).getByRole("button", { name: /^High press/ })).toHaveAttribute("aria-pressed", "true", { timeout: 500 });
  }).toPass();
  const row = page.locator(".clip-row");
  await expect(row).toHaveCount(1);
  await expect(row.locator(".clip-row__length")).toHaveText("0:15");
  await expect(row.locator(".tag-colour--teal")).toHaveCount(1);

  // Changed, removed, brought back, and all as it was.
  await settings.bringToFront();
  await tags.getByRole("button", { name: /^High press ?\. Change$/ }).click();
  await dialog.getByLabel("Name").fill("Counterpress");
  await dialog.getByRole("button", { name: "Save tag" }).click();
  await tags.getByRole("button", { name: /^Counterpress ?\. Change$/ }).click();
  await dialog.getByRole("button", { name: "Remove this tag" }).click();
  await expect(tags.getByRole("button", { name: /^Counterpress ?\. Change$/ })).toHaveCount(0);
  await settings.getByRole("button", { name: "Undo" }).click();
  await expect(tags.getByRole("button", { name: /^Counterpress ?\. Change$/ })).toBeVisible();
  await settings.getByRole("button", { name: "Tags as they were" }).click();
  await expect(tags.getByRole("button", { name: /^Goal ?\. Change$/ })).toContainText("G");
  await expect(settings.getByRole("button", { name: "Tags as they were" })).toHaveCount(0);
  expect((await preferences()).palettes).toEqual([]);
  // Taken back from another page, and without what somebody else did meanwhile.
  await tags.getByRole("button", { name: /^Tackle ?\. Change$/ }).click();
  await dialog.getByRole("button", { name: "Remove this tag" }).click();
  await expect(tags.getByRole("button", { name: /^Tackle ?\. Change$/ })).toHaveCount(0);
  const kept = await preferences();
  const [own] = kept.palettes;
  own.palette.groups[0].tags.push({ name: "Since", key: "E", lead: 8, lag: 2, colour: null });
  expect((await request.put("/api/preferences", { data: kept })).ok()).toBe(true);
  await settings.getByRole("link", { name: "Library" }).first().click();
  await settings.waitForURL(`${server.url}/`);
  await settings.locator(".toast").getByRole("button", { name: "Undo" }).click();
  const named = async () => (await preferences()).palettes.flatMap((it: { palette: { groups: { tags: { name: string; key?: string }[] }[] } }) => it.palette.groups.flatMap((group) => group.tags));
  await expect.poll(async () => (await named()).map((tag: { name: string }) => tag.name)).toEqual(expect.arrayContaining(["Tackle", "Since"]));
  expect((await named()).find((tag: { name: string }) => tag.name === "Tackle").key, "its key has gone to another").toBeFalsy();
  expect((await request.put("/api/preferences", { data: { ...(await preferences()), palettes: [] } })).ok()).toBe(true);
  // The clip keeps its tag.
  await page.bringToFront();
  await expect(page.getByRole("form", { name: "Selected clip" }).getByRole("button", { name: "High press" })).toHaveAttribute("aria-pressed", "true");
});

test.describe("at the same time", () => {
  // The slower one is told so, and saves again.
  test.use({ expectedErrors: /409/ });

  test("two tabs that set up at the same time lose nothing", async ({ page, context }) => {
    const other = await context.newPage();
    for (const tab of [page, other]) await gotoHydrated(tab, `${server.url}/settings`);
    const roster = (tab: typeof page) => tab.getByRole("textbox", { name: /One player a line/ });
    // Both begin with the same roster, and the one who is slower saves onto what the other left.
    await roster(page).fill("10 Ilse\nBo 7");
    await roster(other).fill("12 Maya");
    await roster(page).blur();
    await expect.poll(async () => (await preferences()).roster).toEqual(["#10 Ilse", "#7 Bo"]);
    await expect(roster(other)).toHaveValue("12 Maya");
    await roster(other).blur();
    await expect.poll(async () => (await preferences()).roster).toEqual(["#10 Ilse", "#7 Bo", "#12 Maya"]);
    for (const tab of [page, other]) await expect(roster(tab)).toHaveValue("#10 Ilse\n#7 Bo\n#12 Maya");
  });
});

test.describe("when saving fails", () => {
  test.use({ expectedErrors: /503|Failed to load/ });

  test("what was written stays and is saved by leaving the field once more", async ({ page }) => {
    await gotoHydrated(page, server.url);
    await page.getByRole("link", { name: /Settings/ }).first().click();
    const roster = page.getByRole("textbox", { name: /One player a line/ });
    await page.route("**/_fn/preferences/put", (route) => route.fulfill({ status: 503, body: "away" }), { times: 1 });
    await roster.fill("99 Late");
    await roster.blur();
    await expect(page.getByText(/^Not saved: /)).toBeVisible();
    await expect(roster).toHaveValue("99 Late");
    await roster.focus();
    await page.keyboard.press("End");
    // By the keyboard to another page: the field is left, too.
    await page.getByRole("link", { name: "Library" }).first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`${server.url}/`);
    await expect.poll(async () => (await preferences()).roster).toContain("#99 Late");
  });
});

test("a player of the roster is found by number or name", async ({ page }) => {
  const game = await readyGame(request, "Named", minute());
  const known = await preferences();
  expect((await request.put("/api/preferences", { data: { ...known, roster: ["10 Ilse", "1 Bo", "7 Maya Ilves"] } })).ok()).toBe(true);
  const clip = { video: game.video, start: 5e6, end: 9e6 };
  expect((await request.post("/api/clips", { data: clip })).ok()).toBe(true);
  await gotoHydrated(page, `${server.url}/games/${game.id}`);
  await page.keyboard.press("ArrowDown");
  const field = page.getByRole("combobox", { name: "Players" });
  const found = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  await field.focus();
  await expect(found).toHaveText(["#10 Ilse", "#1 Bo", "#7 Maya Ilves"]);
  await page.keyboard.type("1");
  await expect(found).toHaveText(["#1 Bo", "#10 Ilse"]);
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue("#1 Bo");
  await page.keyboard.type(", il");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue("#1 Bo, #7 Maya Ilves");
  await found.getByText("#10 Ilse").click();
  await expect(field).toHaveValue("#1 Bo, #7 Maya Ilves, #10 Ilse");
  // Nothing is typed: Enter leaves the field, and keys are keys again.
  await page.keyboard.press("Enter");
  await expect(field).not.toBeFocused();
  await expect(found).toHaveCount(0);
  const players = async () => (await (await request.get(`/api/games/${game.id}/clips`)).json())[0].players;
  await expect.poll(players).toBe("#1 Bo, #7 Maya Ilves, #10 Ilse");
});

test("settings say how much room the files take, and hand out what was made", async ({ page }) => {
  const game = await readyGame(request, "Weighed", minute());
  await gotoHydrated(page, `${server.url}/settings`);
  const usage = await (await request.get("/api/usage")).json();
  expect(usage.recordings.count).toBeGreaterThan(0);
  const section = page.getByRole("region", { name: "Storage and data" });
  const download = page.waitForEvent("download");
  await section.getByRole("link", { name: "Download" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("touchline-data.json");
  const data = JSON.parse(readFileSync(await file.path(), "utf8"));
  const weighed = data.games.find((it: { game: { id: string } }) => it.game.id === game.id).game;
  expect(weighed.videos[0].state).toBe("ready");
  expect(weighed.videos[0].url, "no address leads to a file").toBeNull();
  expect(data.games.map((it: { game: { id: string } }) => it.game.id)).toContain(game.id);
  await section.getByRole("link", { name: "Storage" }).click();
  const room = page.getByRole("region", { name: "Room" });
  await expect(room.locator(".option").filter({ hasText: "As they were uploaded" })).toContainText(`in ${usage.recordings.count} file`);
});

test("the first steps are shown one by one, and once", async ({ page }) => {
  const game = await readyGame(request, "Begun", minute());
  await gotoHydrated(page, `${server.url}/games/${game.id}`);
  const hint = page.locator(".first-steps");
  await expect(hint).toContainText("1 of 4");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(hint).toContainText("Press N");
  await page.keyboard.press("k");
  await page.keyboard.press("n");
  await expect(hint).toContainText("Rate the clip");
  await page.keyboard.press("5");
  await expect(hint).toContainText("press the letter");
  await page.keyboard.press("g");
  await expect(hint).toContainText("That is all it takes");
  await page.reload();
  await expect(page.locator("body[data-hydrated]")).toBeVisible();
  await expect(hint).toHaveCount(0);
});
