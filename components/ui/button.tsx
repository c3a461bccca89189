export { Button, type ButtonProps } from "./button-pressable";
export { buttonVariants } from "./button-variants";
