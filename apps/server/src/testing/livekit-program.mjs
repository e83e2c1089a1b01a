// A program that holds sessions of LiveKit's realtime model, one after the other, for the process
// that forked it: what comes from there is done to the session, what the session gives goes back.
// It is told the folder that the packages are installed in.
const [, , folder = ''] = process.argv;

/** @param {string} name */
const load = (name) => import(import.meta.resolve(name, folder));
const { initializeLogger, llm } = await load('@livekit/agents');
const { realtime } = await load('@livekit/agents-plugin-openai');
const { AudioFrame } = await load('@livekit/rtc-node');

/** @typedef {(event: Record<string, unknown> & { type: string }) => void} Tell */

/** @type {Tell} */
const tell = (event) => void process.send?.(event);

initializeLogger({ pretty: false, level: 'silent' });

/** @type {any} The session there is; what others give is not told. */
let session = null;

/** @typedef {{ name: string, description: string, parameters: Record<string, unknown> }} Tool */

/** The framework would run them; here their calls are told. @param {Tool[]} tools */
function toolsOf(tools) {
  const execute = () => undefined;
  // Later versions have a class for what was a record of tools by name.
  return llm.ToolContext
    ? new llm.ToolContext(tools.map((tool) => llm.tool({ ...tool, execute })))
    : Object.fromEntries(tools.map(({ name, ...rest }) => [name, llm.tool({ ...rest, execute })]));
}

/** Changes a copy of the conversation and hands it in. @param {(chatCtx: any) => void} change */
function changeChat(change) {
  const chatCtx = session.chatCtx.copy();
  change(chatCtx);
  return session.updateChatCtx(chatCtx);
}

/** What can be done, by name. */
const deeds = {
  /** @param {Record<string, string>} options */
  open: (options) => {
    session = new realtime.RealtimeModel(options).session();
    tellOf(session);
  },
  /** @param {string} instructions */
  updateInstructions: (instructions) => session.updateInstructions(instructions),
  /** @param {Tool[]} tools */
  updateTools: (tools) => session.updateTools(toolsOf(tools)),
  /** @param {string} content */
  write: (content) => changeChat((chatCtx) => chatCtx.addMessage({ role: 'user', content })),
  /** @param {string} id @param {string} text */
  rewrite: (id, text) =>
    changeChat((chatCtx) => {
      const index = chatCtx.indexById(id);
      const message = llm.ChatMessage.create({ ...chatCtx.items[index], content: [text] });
      chatCtx.items[index] = message;
    }),
  /** @param {{ callId: string, name: string, output: string }[]} outputs */
  giveOutputs: (outputs) =>
    changeChat((chatCtx) => {
      for (const output of outputs) {
        chatCtx.items.push(llm.FunctionCallOutput.create({ ...output, isError: false }));
      }
    }),
  /** What the answer consists of is told as it comes. */
  generateReply: async () => void (await session.generateReply()),
  /** The plugin sends all of the buffer that a frame lies in. @param {Int16Array} pcm */
  pushAudio: (pcm) => session.pushAudio(new AudioFrame(pcm.slice(), 24_000, 1, pcm.length)),
  interrupt: () => session.interrupt(),
  /** @param {unknown} cut */
  truncate: (cut) => session.truncate(cut),
  chatItems: () => JSON.parse(JSON.stringify(session.chatCtx.items)),
  /** @param {unknown} event */
  send: (event) => session.sendEvent(event),
  close: async () => {
    const closing = session;
    session = null;
    await closing.close();
    // Closing does not wake the plugin to let go of its connection; something to send does.
    closing.sendEvent({ type: 'input_audio_buffer.clear' });
  },
  /** The plugin leaves a timer of twenty minutes behind. */
  exit: () => process.exit(),
};

/** Tells what a session gives, as it gives it, until it is closed. @param {any} source */
function tellOf(source) {
  /** @type {Tell} */
  const say = (event) => {
    if (source === session) tell(event);
  };
  /** @param {string} type @param {(given: any) => Record<string, unknown>} [content] */
  const pass = (type, content = () => ({})) =>
    source.on(type, (/** @type {any} */ given) => say({ type, ...content(given) }));
  source.on('generation_created', (/** @type {any} */ given) => tellGeneration(given, say));
  pass('openai_server_event_received', (event) => ({ event }));
  pass('error', ({ error, recoverable }) => ({ body: error.body, recoverable }));
  pass('input_speech_started');
  pass('input_audio_transcription_completed', ({ transcript, isFinal }) => ({
    transcript,
    isFinal,
  }));
  pass('session_reconnected');
}

/** @param {any} generation @param {Tell} say */
async function tellGeneration({ messageStream, functionStream, userInitiated }, say) {
  say({ type: 'generation', userInitiated });
  await Promise.all([tellCalls(functionStream, say), tellMessages(messageStream, say)]);
  say({ type: 'generationEnded' });
}

/** @param {any} calls @param {Tell} say */
async function tellCalls(calls, say) {
  for await (const { callId, name, args } of calls) say({ type: 'call', callId, name, args });
}

/** @param {any} messages @param {Tell} say */
async function tellMessages(messages, say) {
  const parts = [];
  for await (const message of messages)
    parts.push(tellWords(message, say), tellSound(message, say));
  await Promise.all(parts);
}

/** @param {any} message @param {Tell} say */
async function tellWords({ messageId, textStream }, say) {
  for await (const text of textStream) say({ type: 'words', messageId, text: String(text) });
}

/** @param {any} message @param {Tell} say */
async function tellSound({ messageId, audioStream }, say) {
  for await (const { samplesPerChannel: samples } of audioStream) {
    say({ type: 'sound', messageId, samples });
  }
}

/** @param {any} deed */
async function carryOut({ id, name, args }) {
  try {
    // @ts-expect-error The process that forked this one names what there is.
    tell({ type: 'did', id, value: await deeds[name](...args) });
  } catch (error) {
    tell({ type: 'did', id, refusal: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (deed) => void carryOut(deed));
process.once('disconnect', () => process.exit(1));
tell({ type: 'ready' });
