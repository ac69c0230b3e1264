// The thread of src/browser/cutter.rs: draws a frame through a matrix and answers with the picture, or with nothing.
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d");

onmessage = ({ data: [frame, a, b, c, d, e, f, across, down, width, height] }) => {
  try {
    canvas.width = width;
    canvas.height = height;
    context.setTransform(a, b, c, d, e, f);
    context.drawImage(frame, 0, 0, across, down);
    const picture = canvas.transferToImageBitmap();
    postMessage(picture, [picture]);
  } catch {
    postMessage(null);
  } finally {
    frame.close();
  }
};
