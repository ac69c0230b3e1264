// What only the release build does: the code of each page is a file of its own.
import { expect, test } from "../fixtures";
import { makeGame } from "../footage";
import { readyGame, readyReel } from "../steps";

const ROUNDS = 5;

test("a page says at once which files of code it needs", async ({ request }) => {
  const game = await readyGame(request, "Code", makeGame({ name: "minute", seconds: 60, size: "640x360" }).path);
  const reel = await readyReel(request, game, [1, 3]);
  const pages = {
    [`/games/${game.id}`]: "annotate",
    [`/reels/${reel}`]: "reel",
    "/games/new": "new_game",
    "/reels/new": "new_reel",
    "/gallery": "gallery",
    "/jobs": "jobs",
    "/settings": "settings",
    "/storage": "storage",
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [path, name] of Object.entries(pages)) {
      const links = (await (await request.get(path)).text()).match(/<link [^>]*>/g)!;
      const those = (rel: string, file: string) => links.filter((link) => link.includes(`rel="${rel}"`) && link.includes(file));
      expect(those("preload", `split___${name}_route_view`), path).toHaveLength(1);
      expect(those("modulepreload", "__wasm_split"), path).toHaveLength(1);
    }
  }
});
