import { Page } from '../ui/page.tsx';
import { Empty } from '../ui/states.tsx';

/** A call through the microphone of this computer. */
export function TalkPage() {
  return (
    <Page title="Talk">
      <Empty title="Calls cannot be made here yet" />
    </Page>
  );
}
