/** LMS, Google Chat and statistics server in the test's process, on free ports. Call `close` in `afterAll`. */
export { startSimulator } from '../../simulator/start-simulator';
export type { Simulator, SimulatorOptions } from '../../simulator/simulator';
