// All that listens to phones, fetched when a person asks for the first of them.
import type { PhoneLine } from "../../preview";
import { StudioSensor } from "../../preview/phone/studio-sensor";
import type { ProjectClient } from "../api/client";
import type { DialogStore } from "../context/dialog-store";
import { StudioPairing } from "./pairing";

export interface Phones {
  readonly pairing: StudioPairing;
  /** The phone as a source of inputs. */
  readonly line: PhoneLine;
}

export function openPhones(client: ProjectClient, dialogs: DialogStore): Phones {
  const pairing = new StudioPairing(() => new WebSocket(client.phonesSocket(window.location)));
  const sensor = new StudioSensor(pairing.sendFrame);
  const pair = (): void => void sensor.newKey().then((studioKey) => dialogs.open({ what: "phone", studioKey }));
  pairing.sensor = sensor;
  return { pairing, line: { sensor, pair, end: pairing.unpair } };
}
