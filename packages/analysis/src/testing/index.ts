export { CHAT_ANALYST_KEY, LocalChatServer } from '../openai/testing/local-chat-server.ts';
export { GEMINI_ANALYST_KEY, LocalGeminiServer } from '../gemini/testing/local-gemini-server.ts';
export { callEvents, recordCall } from './recorded-call.ts';
