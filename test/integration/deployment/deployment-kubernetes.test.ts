import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { listConfigProblems } from '../../../src/config/config';
import { CORE_TASK_QUEUE } from '../../../src/workflows/contract';
import { describeWith, parseYaml, runTool, type ToolResult } from '../../support/deployment-tools/describe-with';
import { temporaryDirectory } from '../../support/test-run';

const OVERLAYS = join(__dirname, '../../../deploy/k8s/overlays');
const KUBERNETES_VERSION = '1.34';
/** A process ends its work within this time by itself. */
const PROCESS_ENDS_IN_SECONDS = 30;
/** What docs/operations/kubernetes.md has an operator put into the two Secrets. */
const SECRETS = {
  openeg: { OPENEG_YOS_DB_PASS: 'p', OPENEG_PROGRESS_JWT_SECRET: 's' },
  'openeg-worker': {
    OPENEG_CREDENTIALS_KEY: Buffer.alloc(32, 7).toString('base64'),
    OPENEG_CHAT_WEBHOOK_URL: 'https://chat.example.com/v1/spaces/A/messages?key=k&token=t',
  },
};

const probeSchema = z.object({ httpGet: z.object({ path: z.string(), port: z.union([z.string(), z.number()]) }) });
const podTemplateSchema = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  spec: z.object({
    terminationGracePeriodSeconds: z.number().optional(),
    automountServiceAccountToken: z.literal(false),
    securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(10_000) }),
    containers: z.tuple([
      z.object({
        args: z.array(z.string()),
        envFrom: z.array(
          z.union([
            z.strictObject({ configMapRef: z.strictObject({ name: z.literal('openeg') }) }),
            z.strictObject({ secretRef: z.strictObject({ name: z.enum(['openeg', 'openeg-worker']) }) }),
          ]),
        ),
        lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
        livenessProbe: probeSchema.optional(),
        readinessProbe: probeSchema.optional(),
        resources: z.object({
          requests: z.object({ cpu: z.string(), memory: z.string() }),
          limits: z.object({ memory: z.string() }),
        }),
        securityContext: z.object({
          allowPrivilegeEscalation: z.literal(false),
          readOnlyRootFilesystem: z.literal(true),
          capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
        }),
      }),
    ]),
  }),
});
const workloadSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ replicas: z.number().optional(), template: podTemplateSchema }),
});
const configMapSchema = z.object({ data: z.record(z.string(), z.string()) });
const budgetSchema = z.object({
  spec: z.object({
    maxUnavailable: z.literal(1),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  }),
});
/** KEDA's own schema does not come with Kubernetes': what its Temporal scaler reads (keda.sh/docs, "Temporal"). */
const scaledObjectSchema = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata: z.strictObject({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    minReplicaCount: z.int().min(0),
    maxReplicaCount: z.int().min(1),
    cooldownPeriod: z.int().min(0),
    triggers: z.tuple([
      z.strictObject({
        type: z.literal('temporal'),
        metadata: z.strictObject({
          endpoint: z.string().regex(/:\d+$/),
          namespace: z.string(),
          taskQueue: z.literal(CORE_TASK_QUEUE),
          queueTypes: z.string().regex(/^(workflow|activity)(,(workflow|activity))?$/),
          targetQueueSize: z.string().regex(/^\d+$/),
        }),
      }),
    ]),
  }),
});
const scalerSchema = z.object({ spec: z.object({ scaleTargetRef: z.object({ name: z.string() }) }) });

type Manifest = { kind: string; metadata: { name: string } };

describeWith(['kubectl', 'kubernetesValidate'], 'The overlay', () => {
  describe.each([
    { overlay: 'small', replicas: { 'worker-core': 1, 'worker-lms': 2, server: 1 }, unknownKinds: [] as string[] },
    { overlay: 'production', replicas: { 'worker-lms': 2 }, unknownKinds: ['ScaledObject'] },
  ])('$overlay', ({ overlay, replicas, unknownKinds }) => {
    let text = '';
    let manifests: Manifest[] = [];
    const ofKind = <Schema extends z.ZodType>(kind: string, schema: Schema) =>
      manifests.filter((manifest) => manifest.kind === kind).map((manifest) => schema.parse(manifest));

    beforeAll(async () => {
      const built = await runTool('kubectl', ['kustomize', join(OVERLAYS, overlay)]);
      expect(built).toEqual({ code: 0, output: expect.stringContaining('kind: Namespace') });
      text = built.output;
      manifests = (await parseYaml(text)) as Manifest[];
    });

    it(`is what Kubernetes ${KUBERNETES_VERSION} knows, to the last field`, async () => {
      const { code, output } = await validate(text);
      expect({ code, output }).toEqual({ code: 0, output: expect.not.stringMatching(/^ERROR/m) });
      expect(output.match(/ passed for resource /g)).toHaveLength(manifests.length - unknownKinds.length);
      const unknown = [...output.matchAll(/Couldn't find schema for kind (\w+)/g)].map((match) => match[1]);
      expect(unknown).toEqual(unknownKinds);
    });

    it('gives workers a complete configuration, and keeps from the server what it does not need', () => {
      const [configMap] = ofKind('ConfigMap', configMapSchema);
      for (const { metadata, spec } of ofKind('Deployment', workloadSchema)) {
        const sources = spec.template.spec.containers[0].envFrom.map((source) =>
          'secretRef' in source ? SECRETS[source.secretRef.name] : configMap!.data,
        );
        const problems = listConfigProblems(Object.assign({}, ...sources));
        if (metadata.name === 'server')
          expect(problems.join()).toMatch(/^OPENEG_CHAT_WEBHOOK_URL[^,;]*,OPENEG_CREDENTIALS_KEY[^,;]*$/);
        else expect(problems).toEqual([]);
      }
    });

    it('runs each process as nobody, bounded, and long enough to end its work', () => {
      const deployments = ofKind('Deployment', workloadSchema);
      expect(deployments.map(({ spec }) => spec.template.spec.containers[0].args)).toEqual(
        expect.arrayContaining([['worker', 'core'], ['worker', 'lms'], ['server']]),
      );
      for (const { spec } of deployments) {
        const { terminationGracePeriodSeconds = 0, containers } = spec.template.spec;
        const waitsSeconds = containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
        expect(terminationGracePeriodSeconds).toBeGreaterThan(PROCESS_ENDS_IN_SECONDS + waitsSeconds);
      }
      expect(ofKind('Job', workloadSchema)).toHaveLength(1);
    });

    it('restarts no pod for an outage of database or Temporal, and sends nothing to one that is not ready', () => {
      for (const { spec } of ofKind('Deployment', workloadSchema)) {
        const [{ livenessProbe, readinessProbe }] = spec.template.spec.containers;
        expect(livenessProbe?.httpGet.path).toBe('/livez');
        expect(readinessProbe?.httpGet.path).toBe('/readyz');
      }
    });

    it('keeps a standby for the LMS and scales everything but that', () => {
      const fixed = ofKind('Deployment', workloadSchema).flatMap(({ metadata, spec }) =>
        spec.replicas === undefined ? [] : [[metadata.name, spec.replicas]],
      );
      expect(Object.fromEntries(fixed)).toEqual(replicas);
      const scalers = ['ScaledObject', 'HorizontalPodAutoscaler'].flatMap((kind) => ofKind(kind, scalerSchema));
      const scaled = scalers.map(({ spec }) => spec.scaleTargetRef.name);
      expect([...Object.keys(replicas), ...scaled].sort()).toEqual(['server', 'worker-core', 'worker-lms']);
    });

    it('lets one pod of each kind be taken away at a time', () => {
      const budgets = ofKind('PodDisruptionBudget', budgetSchema).map(({ spec }) => spec.selector.matchLabels);
      const pods = ofKind('Deployment', workloadSchema).map(({ spec }) => spec.template.metadata.labels);
      for (const labels of pods) {
        const fitting = budgets.filter((selector) =>
          Object.entries(selector).every(([name, value]) => labels[name] === value),
        );
        expect(fitting).toHaveLength(1);
      }
    });

    it("says to KEDA what KEDA's Temporal scaler reads", () => {
      expect(ofKind('ScaledObject', scaledObjectSchema)).toHaveLength(unknownKinds.length);
    });
  });

  it('is refused when a field is misspelt', async () => {
    const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' }, speck: {} };
    expect((await validate(JSON.stringify(manifest))).code).not.toBe(0);
  });
});

async function validate(text: string): Promise<ToolResult> {
  const file = join(temporaryDirectory('manifests'), 'manifests.yaml');
  writeFileSync(file, text);
  return runTool('kubernetesValidate', ['--strict', '-k', KUBERNETES_VERSION, file]);
}
