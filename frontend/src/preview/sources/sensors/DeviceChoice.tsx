// Says which of several microphones or cameras is used.
import { useId } from "react";

interface Props {
  readonly noun: "Camera" | "Microphone";
  readonly devices: readonly MediaDeviceInfo[];
  /** The one that is in use. */
  readonly current: string | null;
  readonly onChoose: (deviceId: string) => void;
}

export function DeviceChoice({ noun, devices, current, onChoose }: Props) {
  const id = useId();
  if (devices.length < 2) return null;
  return (
    <div className="field">
      <label htmlFor={id}>{noun}</label>
      <select
        id={id}
        className="input"
        value={current ?? devices[0]?.deviceId}
        onChange={(event) => onChoose(event.target.value)}
      >
        {devices.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || `${noun} ${index + 1}`}
          </option>
        ))}
      </select>
    </div>
  );
}
