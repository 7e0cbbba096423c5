"""`python -m pretraining train|gates|export|adapters`: makes the embedded model from nothing."""

from argparse import ArgumentParser

from pretraining.network import LAYERS


def main() -> None:
    parser = ArgumentParser(prog="python -m pretraining", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, or go on training, in a folder")
    train.add_argument("folder")
    train.add_argument("--until", type=float, default=100, help="million tokens")
    train.add_argument("--anneal", type=float, default=0, help="million tokens of falling rate")
    train.add_argument("--rate", type=float, default=1.5e-3)
    train.add_argument("--tokens", type=int, default=1024, help="per step and process")
    train.add_argument("--workers", type=int, default=2)
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--nice", type=int, default=10, help="priority; 19 is the lowest")
    out = commands.add_parser("export", help="write the newest check-point to assets/narani")
    out.add_argument("folder")
    out.add_argument("--out", help="another folder than assets/narani")
    gates = commands.add_parser("gates", help="measure every gate and print a table")
    gates.add_argument("folder")
    gates.add_argument("--count", type=int, default=200, help="questions per gate and draw")
    commands.add_parser("adapters", help="train the shipped adapters on assets/narani")
    for command in (train, out, gates):
        command.add_argument("--layers", nargs="+", default=list(LAYERS))
    options = parser.parse_args()
    if options.command == "train":
        from pretraining.train import train as run
    elif options.command == "adapters":
        from pretraining.adapters import train_shipped as run
    elif options.command == "export":
        from pretraining.export import export as run
    else:
        from pretraining.gate_table import measure as run
    run(options)


if __name__ == "__main__":
    main()
