"""Renders pieces of Touchline's exports on Modal: the same program in the same image, one call for each piece.

    modal deploy deploy/modal_app.py

Then give the server the address that Modal prints (TOUCHLINE_MODAL__URL), a proxy token of the workspace
(TOUCHLINE_MODAL__KEY, TOUCHLINE_MODAL__SECRET), its own public address (TOUCHLINE_SERVER__PUBLIC_URL), and MODAL_ENABLED=true.
"""

import json
import subprocess

import modal

app = modal.App("touchline")
program = modal.Image.from_dockerfile("deploy/Dockerfile", context_dir=".", add_python="3.12").entrypoint([])
front = modal.Image.debian_slim(python_version="3.12").pip_install("fastapi[standard]")


# A piece is at most 20 s of video. What takes longer than this has hung; the server then renders it itself.
@app.function(image=program, cpu=4.0, memory=4096, timeout=1800, retries=0)
def render(order: dict) -> dict:
    done = subprocess.run(
        ["/app/touchline", "render-segment"], input=json.dumps(order).encode(), stdout=subprocess.PIPE, cwd="/tmp", check=False
    )
    # Its last word, whether it went well or not; nothing when the program itself was killed.
    return json.loads(done.stdout)


# Requests end after 150 s, so none of them waits for a piece: they start a call, ask for it, or end it.
@app.function(image=front)
@modal.asgi_app(requires_proxy_auth=True)
def calls():
    import fastapi

    web = fastapi.FastAPI()

    @web.post("/calls")
    def spawn(order: dict) -> dict:
        return {"call": render.spawn(order).object_id}

    @web.get("/calls/{call}")
    def ask(call: str) -> dict:
        try:
            return {"state": "ended", "result": modal.FunctionCall.from_id(call).get(timeout=0)}
        except TimeoutError:
            return {"state": "running"}
        except Exception:  # It raised, it was cancelled, or its result is too old: rendered by the server.
            return {"state": "failed"}

    @web.delete("/calls/{call}")
    def cancel(call: str) -> dict:
        modal.FunctionCall.from_id(call).cancel(terminate_containers=True)
        return {}

    return web
