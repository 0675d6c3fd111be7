/** LMS, Google Chat and statistics server in the test's own process, on free ports: `close` it in `afterAll`. */
export { startSimulator } from '../../simulator/start-simulator';
export type { Simulator, SimulatorOptions } from '../../simulator/simulator';
