// Reads a stream until somebody ends this program. Usage: API_KEY=… node endless.mjs BASE_URL
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: process.env.API_KEY });
const messages = [{ role: 'user', content: 'on and on' }];
for await (const piece of await client.chat.completions.create({ model: 'endless', messages, stream: true })) {
  if (piece.choices[0]?.delta?.content) console.log('streaming');
}
