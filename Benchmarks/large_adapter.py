"""Makes adapters of 150 MB over a base of 1,024 numbers a token and 13 layers, whose own weights nobody needs to register them."""
import array
import json
import os
import shutil
import struct
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDTH, INNER, LAYERS, HEADS, RANK = 1024, 4096, 13, 16, 128
LINEARS = [(name, WIDTH, WIDTH) for name in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")] + [
    ("mlp.gate_proj", WIDTH, INNER), ("mlp.up_proj", WIDTH, INNER), ("mlp.down_proj", INNER, WIDTH)]


def make_registry(lora, folder):
    """A registry with the base and an adapter 'wide'; returns the environment to work in it."""
    shutil.copytree(os.path.join(ROOT, "Tests/Fixtures/shell/registry"), os.path.join(folder, "registry"))
    shutil.copytree(os.path.join(ROOT, "policies"), os.path.join(folder, "policies"))
    fixture, base = os.path.join(ROOT, "Tests/Fixtures/golden/tiny-llama"), os.path.join(folder, "base")
    os.makedirs(base)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(os.path.join(fixture, name), base)
    with open(os.path.join(fixture, "config.json")) as file:
        config = json.load(file)
    config.update(hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
                  num_key_value_heads=HEADS, head_dim=WIDTH // HEADS)
    with open(os.path.join(base, "config.json"), "w") as file:
        json.dump(config, file)
    make_base(os.path.join(base, "model.safetensors"), config["vocab_size"])
    adapters = os.path.join(folder, "registry/adapters")
    with open(os.path.join(adapters, "greeter.yaml")) as file:
        text = file.read()
    with open(os.path.join(adapters, "wide.yaml"), "w") as file:
        file.write(text.replace("name: greeter", "name: wide").replace("base: tiny", "base: wide"))
    environment = dict(os.environ, LORA_REGISTRY=os.path.join(folder, "registry"))
    subprocess.run([lora, "base", "add", "wide", base], env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def make_base(path, words):
    """Weights that are all zero, in a file that is all hole."""
    shapes = {"model.embed_tokens.weight": [words, WIDTH], "lm_head.weight": [words, WIDTH], "model.norm.weight": [WIDTH]}
    for layer in range(LAYERS):
        for name, inputs, outputs in LINEARS:
            shapes["model.layers.%d.%s.weight" % (layer, name)] = [outputs, inputs]
        for name in ("input_layernorm", "post_attention_layernorm"):
            shapes["model.layers.%d.%s.weight" % (layer, name)] = [WIDTH]
    write_header(path, "BF16", 2, shapes)


def write_header(path, kind, width, shapes):
    """Writes a header of tensors one after the other; returns where they begin, and the bytes of all of them, for which the file has room."""
    header, end = {}, 0
    for key, shape in shapes.items():
        size = width * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[key] = {"dtype": kind, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)
    return 8 + len(text), end


def make_adapter(folder):
    """A PEFT folder of new small numbers; returns its size."""
    os.makedirs(folder)
    with open(os.path.join(folder, "adapter_config.json"), "w") as file:
        json.dump({"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": RANK, "lora_dropout": 0.0, "bias": "none",
                   "base_model_name_or_path": "wide", "target_modules": [name.split(".")[1] for name, _, _ in LINEARS]}, file)
    shapes = {}
    for layer in range(LAYERS):
        for name, inputs, outputs in LINEARS:
            for part, shape in (("A", [RANK, inputs]), ("B", [outputs, RANK])):
                shapes["base_model.model.model.layers.%d.%s.lora_%s.weight" % (layer, name, part)] = shape
    path = os.path.join(folder, "adapter_model.safetensors")
    start, left = write_header(path, "F32", 4, shapes)
    with open(path, "r+b") as file:
        file.seek(start)
        while left:
            numbers = array.array("I", os.urandom(min(left, 1 << 22)))
            # between 2^-7 and 2^-6
            file.write(array.array("I", (number & 0x7FFFFF | 0x3C000000 for number in numbers)).tobytes())
            left -= 4 * len(numbers)
    return os.path.getsize(path)
