from ._layer_states import LayerStates

__all__ = ["LayerStates"]
