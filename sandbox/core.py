"""One sandbox and all its parts; everything that happens is a function over this."""

from dataclasses import dataclass

from sandbox.config import SandboxConfig
from sandbox.delivery import Delivery
from sandbox.faults import Faults
from sandbox.files import Uploads
from sandbox.grants import ResponseUrls, Triggers
from sandbox.hub import Hub
from sandbox.inspector import Inspector
from sandbox.manifest import Manifest, load_manifest
from sandbox.seed import seed
from sandbox.signed_http import SignedHttp
from sandbox.socket_mode import SocketMode
from sandbox.state import Workspace
from sandbox.store import Store
from sandbox.streams import Streams


@dataclass(slots=True)
class Core:
    """The parts of a running sandbox, wired by `build_core`."""

    config: SandboxConfig
    manifest: Manifest
    state: Workspace
    store: Store
    hub: Hub
    inspector: Inspector
    faults: Faults
    delivery: Delivery
    socket: SocketMode
    triggers: Triggers
    response_urls: ResponseUrls
    streams: Streams
    uploads: Uploads
    http: SignedHttp | None = None
    base_url: str = ""

    @property
    def strict(self) -> bool:
        """Whether Slack's refusals are on."""
        return self.config.strict

    def now(self) -> float:
        """Seconds since 1970."""
        return self.config.clock()

    def next_ts(self) -> str:
        """A new, unique message timestamp."""
        return self.state.next_ts(self.now())

    def changed(self) -> None:
        """Have the workspace written to its file soon."""
        self.store.save_soon(self.state)

    def signed_http(self, url: str) -> SignedHttp:
        """Return a transport to a request URL."""
        config = self.config
        return SignedHttp(
            url, config.signing_secret, self.inspector, config.clock, config.ack_seconds
        )


def build_core(config: SandboxConfig) -> Core:
    """Wire one sandbox.

    Raises:
        SetupError: the manifest or the data file cannot be used.
    """
    manifest = load_manifest(config.manifest)
    store = Store(config.data)
    secrets = (config.bot_token, config.app_token, config.signing_secret, config.page_token)
    inspector = Inspector(config.clock, secrets)
    socket = SocketMode(inspector, config.ack_seconds)
    faults = Faults()
    core = Core(
        config=config,
        manifest=manifest,
        state=store.load() or seed(manifest, config.clock),
        store=store,
        hub=Hub(),
        inspector=inspector,
        faults=faults,
        delivery=Delivery(config, faults, socket),
        socket=socket,
        triggers=Triggers(config.clock, strict=config.strict),
        response_urls=ResponseUrls(config.clock),
        streams=Streams(),
        uploads=Uploads(),
    )
    inspector.on_entry = core.hub.inspect
    core.delivery.on_idle = core.hub.changes.note
    return core
