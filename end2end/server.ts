import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const project = resolve(import.meta.dirname, "..");
/** What is tested: the development build, or what `TOUCHLINE_PROGRAM` names. */
export const program = process.env.TOUCHLINE_PROGRAM ?? "target/debug/touchline";

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address ? address.port : 0;
}

/** A server of a test's own, with its own data, that it may kill and start again. */
export class Server {
  private child?: ChildProcess;
  private constructor(
    private port: number,
    readonly data: string,
    private env: Record<string, string>,
  ) {}

  /** `env` configures it beside what every test's server has. */
  static async start(env: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await freePort(), mkdtempSync(join(tmpdir(), "touchline-server-")), env);
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Megabytes of memory in use: now, and the most since the server began; what its ffmpeg has is apart. */
  memory(): { now: number; most: number } {
    const status = readFileSync(`/proc/${this.child?.pid}/status`, "utf8");
    const read = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)![1]) / 1024;
    return { now: read("VmRSS"), most: read("VmHWM") };
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Starts it on the same address and data, and waits until it answers. */
  async restart(): Promise<void> {
    await this.kill();
    this.child = spawn(join(project, program), ["serve"], {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        LEPTOS_SITE_ADDR: `127.0.0.1:${this.port}`,
        LEPTOS_SITE_ROOT: "target/site",
        TOUCHLINE_DATA: this.data,
        ...this.env,
      },
    });
    // Through Playwright: a panic that it reads there fails the run.
    this.child.stdout?.on("data", (chunk) => process.stdout.write(chunk));
    this.child.stderr?.on("data", (chunk) => process.stderr.write(chunk));
    for (let tries = 0; tries < 100; tries++) {
      const healthy = await fetch(`${this.url}/healthz`).then((r) => r.ok, () => false);
      if (healthy) return;
      await new Promise((wait) => setTimeout(wait, 200));
    }
    throw new Error(`the server on ${this.url} did not become healthy within 20 s`);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}
