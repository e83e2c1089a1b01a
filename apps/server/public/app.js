import { Call } from './call.js';
import { ConversationView } from './conversation-view.js';
import { LatencyView } from './latency-view.js';
import { closingProblem, microphoneProblem, NO_SERVER, WRONG_KEY } from './problems.js';
import { StateView } from './state-view.js';

const WRONG_KEY_CODE = 3000;

const element = (id) => document.getElementById(id);
const button = element('call');
const agents = element('agent');

const conversation = new ConversationView(element('transcript'));
const states = new StateView(element('regions'));
const latency = new LatencyView({ list: element('turns'), legend: element('legend') });

let key = new URLSearchParams(location.hash.slice(1)).get('key') ?? '';
let call = null;
let sessionId = null;
let clockTimer = null;

element('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = element('key').value.trim();
  void loadAgents();
});

element('call-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (call) call.hangUp();
  else void startCall();
});

agents.addEventListener('change', showInvitation);
window.addEventListener('hashchange', () => location.reload());

for (const link of document.querySelectorAll('[data-file]')) {
  link.addEventListener('click', () => void download(link.dataset.file));
}

if (key === '') askForKey();
else void loadAgents();

/** Fills the list of agents, which also shows whether the key is good. */
async function loadAgents() {
  let response;
  try {
    response = await fetch('agents', { headers: { authorization: `Bearer ${key}` } });
  } catch {
    return showProblem(NO_SERVER);
  }
  if (response.status === 401) return askForKey(WRONG_KEY);
  if (!response.ok) return showProblem(`The server answered with ${response.status}.`);
  const { agents: found } = await response.json();
  agents.replaceChildren(
    ...found.map(({ name, description, isDefault }) => {
      const option = new Option(name, name, isDefault, isDefault);
      option.dataset.description = description;
      return option;
    }),
  );
  showProblem(null);
  element('key-form').hidden = true;
  element('call-form').hidden = false;
  showInvitation();
  button.focus();
}

function askForKey(problem = null) {
  showProblem(problem);
  element('call-form').hidden = true;
  element('key-form').hidden = false;
  element('key').focus();
}

function showInvitation() {
  const [chosen] = agents.selectedOptions;
  element('invitation').textContent = chosen
    ? `${chosen.dataset.description} Press Start and speak.`
    : 'This server has no agents.';
}

async function startCall() {
  showProblem(null);
  conversation.clear();
  latency.clear();
  states.clear();
  sessionId = null;
  element('keepsakes').hidden = true;
  element('invitation').hidden = true;
  setCalling('Connecting…');
  call = new Call(key, {
    onConnected: (id) => {
      sessionId = id;
      setCalling('Hang up');
      states.begin();
      startClock();
    },
    onFeed: (event) => {
      for (const view of [conversation, states, latency]) view.show(event);
    },
    onPlayed: (itemId, playedMs) => conversation.played(itemId, playedMs),
    onLevel: (level) => button.style.setProperty('--level', Math.min(1, level * 6).toFixed(2)),
    onEnded: endCall,
  });
  try {
    await call.start(agents.value);
  } catch (error) {
    endCall({ code: 1000 });
    showProblem(microphoneProblem(error));
  }
}

function endCall(closing) {
  call = null;
  clearInterval(clockTimer);
  button.textContent = 'Start';
  button.classList.remove('live');
  button.style.removeProperty('--level');
  agents.disabled = false;
  element('invitation').hidden = sessionId !== null;
  element('keepsakes').hidden = sessionId === null;
  showProblem(closingProblem(closing));
  if (closing.code === WRONG_KEY_CODE) askForKey(WRONG_KEY);
}

function setCalling(label) {
  button.textContent = label;
  button.classList.add('live');
  agents.disabled = true;
}

function startClock() {
  const startedAtMs = performance.now();
  const show = () => {
    const seconds = Math.floor((performance.now() - startedAtMs) / 1000);
    element('clock').textContent =
      `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  show();
  clockTimer = setInterval(show, 1000);
}

/** Fetches a file of the last call, which the key alone opens, and hands it to the browser. */
async function download(file) {
  const response = await fetch(`sessions/${sessionId}/${file}`, {
    headers: { authorization: `Bearer ${key}` },
  }).catch(() => null);
  if (!response) return showProblem(NO_SERVER);
  if (!response.ok) return showProblem((await response.json()).error.message);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${sessionId}-${file}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function showProblem(problem) {
  element('problem').textContent = problem ?? '';
  element('problem').hidden = problem === null;
}
