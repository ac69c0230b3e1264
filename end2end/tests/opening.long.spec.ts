// What only the release build does: the code of each page is a file of its own.
import { expect, test } from "../fixtures";

const PAGES = { "/games/new": "new_game", "/reels/new": "new_reel", "/gallery": "gallery", "/jobs": "jobs", "/settings": "settings", "/storage": "storage" };
const ROUNDS = 5;

test("a page says at once which files of code it needs", async ({ request }) => {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [path, name] of Object.entries(PAGES)) {
      const links = (await (await request.get(path)).text()).match(/<link [^>]*>/g)!;
      const those = (rel: string, file: string) => links.filter((link) => link.includes(`rel="${rel}"`) && link.includes(file));
      expect(those("preload", `split___${name}_route_view`), path).toHaveLength(1);
      expect(those("modulepreload", "__wasm_split"), path).toHaveLength(1);
    }
  }
});
